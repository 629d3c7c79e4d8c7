import { join } from 'node:path'

/** Where one test engine keeps its things. Everything in `runFolder` and `dataFolder` goes when the engine is taken down. */
export type EnginePaths = {
  readonly runFolder: string
  readonly socket: string
  /** Docker's exec-root: short, since sockets live below it. */
  readonly execFolder: string
  readonly dataFolder: string
  readonly dockerData: string
  readonly registryData: string
  /** The name of the network namespace, and the file that holds it open. */
  readonly netns: string
  readonly netnsFile: string
  readonly hostInterface: string
  readonly peerInterface: string
  /** The nftables table of the host that holds this engine's rules, and nothing else. */
  readonly nftTable: string
  /** Parent cgroup of all containers of this engine, without a leading slash. */
  readonly cgroup: string
}

/** The folder below which every test engine has its socket and state. */
export const runRoot = '/run/agent-test'

/** The cache folder: AGENT_TEST_CACHE, else /var/cache/agent-test. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env['AGENT_TEST_CACHE'] ?? '/var/cache/agent-test'
}

/** An interface name has at most 15 characters (IFNAMSIZ), of which three are ours. */
export function isEngineName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,11}$/.test(name)
}

/** All paths and names of the engine `name`. Throws RangeError for a name that does not fit an interface name. */
export function enginePaths(name: string, cacheDir: string): EnginePaths {
  if (!isEngineName(name)) {
    throw new RangeError(
      `engine name ${JSON.stringify(name)}: 1 to 12 of a-z, 0-9 and -, a letter first`,
    )
  }
  const runFolder = join(runRoot, name)
  const dataFolder = join(cacheDir, 'engines', name)
  return {
    runFolder,
    socket: join(runFolder, 'docker.sock'),
    execFolder: join(runFolder, 'exec'),
    dataFolder,
    dockerData: join(dataFolder, 'docker'),
    registryData: join(dataFolder, 'registry'),
    netns: `dk-${name}`,
    netnsFile: `/run/netns/dk-${name}`,
    hostInterface: `vh-${name}`,
    peerInterface: `vc-${name}`,
    nftTable: `agent_test_${name.replaceAll('-', '_')}`,
    cgroup: `agent-test-${name}`,
  }
}
