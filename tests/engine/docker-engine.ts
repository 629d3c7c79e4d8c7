import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnginePaths } from './engine-paths.ts'
import { isAlive, startDetached } from './engine-processes.ts'
import type { ProcessIdentity } from './engine-state.ts'
import type { EngineSuite } from './engine-suites.ts'
import { netstackRuntime } from './netstack-runsc.ts'
import { run, succeeds } from './run-command.ts'

/** The port of the registry mirror inside an engine's network namespace. */
export const registryPort = 5000

export type DockerEngineOptions = {
  readonly paths: EnginePaths
  readonly suite: EngineSuite
  /** Environment with the tool folder first in PATH. */
  readonly env: Readonly<Record<string, string>>
  readonly programs: {
    readonly runsc: string
    /** A current gVisor; absent where it could not be built. */
    readonly netstackRunsc?: string
    readonly init: string
    readonly runcWrapper: string
  }
}

/** Starts dockerd (and with it its own containerd) in the engine's network namespace; returns when it answers (limit 60 s). */
export async function startDockerEngine(
  options: DockerEngineOptions,
): Promise<{ identity: ProcessIdentity; apiVersion: string }> {
  const { paths, env } = options
  const config = join(paths.runFolder, 'daemon.json')
  const wrapsRunc = options.suite.asksForMissingCapabilities && !(await hasSysResource())
  await writeFile(config, JSON.stringify(daemonConfig(options, wrapsRunc), undefined, 2))
  const log = join(paths.runFolder, 'dockerd.log')
  // nsenter, not `ip netns exec`: that mounts a new /sys, which hides the cgroup mounts.
  const identity = await startDetached(
    ['nsenter', `--net=${paths.netnsFile}`, 'dockerd', '--config-file', config],
    log,
    env,
  )
  const client = { env: { ...env, DOCKER_HOST: `unix://${paths.socket}` } }
  const ask = ['docker', 'version', '--format', '{{.Server.APIVersion}}']
  const until = performance.now() + 60_000
  while (!(await succeeds(ask, client))) {
    if (!isAlive(identity) || performance.now() > until) {
      const last = (await readFile(log, 'utf8')).trim().split('\n').slice(-15).join('\n')
      throw new Error(`dockerd does not answer at ${paths.socket}:\n${last}`)
    }
    await Bun.sleep(50)
  }
  return { identity, apiVersion: (await run(ask, client)).trim() }
}

/** dockerd's configuration file: `dockerd --config-file`, docs.docker.com/reference/cli/dockerd. */
function daemonConfig(options: DockerEngineOptions, wrapsRunc: boolean): object {
  const { paths, programs } = options
  return {
    hosts: [`unix://${paths.socket}`],
    'data-root': paths.dockerData,
    'exec-root': paths.execFolder,
    pidfile: join(paths.runFolder, 'dockerd.pid'),
    'registry-mirrors': [`http://127.0.0.1:${registryPort}`],
    'default-address-pools': [{ base: '10.200.0.0/16', size: 24 }],
    // One parent for all containers: what a killed engine leaves running is found below it.
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
    'cgroup-parent': `/${paths.cgroup}`,
    'shutdown-timeout': 2,
    'init-path': programs.init,
    ...(wrapsRunc ? { 'default-runtime': 'runc-wrapper' } : {}),
    runtimes: {
      ...(wrapsRunc ? { 'runc-wrapper': { path: programs.runcWrapper } } : {}),
      // Never --platform=kvm: it wedges. Here `host` is the container's own network namespace, so ports and DNS work.
      runsc: { path: programs.runsc, runtimeArgs: ['--platform=ptrace', '--network=host'] },
      ...(programs.netstackRunsc === undefined
        ? {}
        : {
            [netstackRuntime]: {
              path: programs.netstackRunsc,
              runtimeArgs: ['--platform=systrap', '--network=sandbox'],
            },
          }),
    },
  }
}

/** Whether this process may grant CAP_SYS_RESOURCE (bit 24, capabilities(7)). */
async function hasSysResource(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8')
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'
  return ((BigInt(`0x${bounding}`) >> 24n) & 1n) === 1n
}
