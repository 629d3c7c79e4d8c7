import { join, resolve } from 'node:path'
import { usageError } from '../lib/errors.ts'
import type { Environment } from './host.ts'
import { sha256Hex } from './sha256.ts'

/** Every path below the state folder, in one place. */
export type StatePaths = {
  /** `~/.agentops`, or `AGENTOPS_HOME`. */
  dir: string
  config: string
  daemonLog: string
  /** Held by the daemon for its life. */
  daemonLock: string
  /** Held while somebody checks for a daemon and starts one. */
  spawnLock: string
  /** Folder of the sockets, 0700. Elsewhere when the state folder's path is too long for a socket. */
  socketDir: string
  controlSocket: string
  pagesSocket: string
  /** Where a run's own programs, inside, reach the egress proxy and the routing proxy. */
  egressSocket(runId: string): string
  insideSocket(runId: string): string
  runDir(runId: string): string
  runLock(runId: string): string
  runOutput(runId: string): string
  runAccess(runId: string): string
  runAudit(runId: string): string
  /** Home folders of projects, for runtimes without volumes: one folder each, by the home's name. */
  homes: string
  /** What `agent build` built from, by the digits of the image's tag. */
  builtDockerfile(digits: string): string
  /** What the run's image was built from. */
  runDockerfile(runId: string): string
  /** Settings for curl inside. */
  runCurlrc(runId: string): string
  /** Name servers for programs inside. */
  runResolver(runId: string): string
  /** Settings for the builder beside the run. */
  runBuildkitConfig(runId: string): string
}

/** Longest path of a Unix socket that every system takes (macOS: 104 bytes with the final NUL). */
const SOCKET_PATH_MAX = 103
const LONGEST_NAME = 'run_0123456789ab.out'

export function statePaths(options: {
  env: Environment
  homeDir: string
  uid: number
}): StatePaths {
  const dir = stateDir(options.env, options.homeDir)
  const socketDir = socketDirOf(dir, options.uid)
  return {
    dir,
    config: join(dir, 'config.yaml'),
    daemonLog: join(dir, 'daemon.log'),
    daemonLock: join(dir, 'daemon.lock'),
    spawnLock: join(dir, 'spawn.lock'),
    socketDir,
    controlSocket: join(socketDir, 'control.sock'),
    pagesSocket: join(socketDir, 'pages.sock'),
    egressSocket: (runId) => join(socketDir, `${runId}.out`),
    insideSocket: (runId) => join(socketDir, `${runId}.in`),
    runDir: (runId) => join(dir, 'runs', runId),
    runLock: (runId) => join(dir, 'locks', `${runId}.lock`),
    runOutput: (runId) => join(dir, 'runs', runId, 'output.jsonl'),
    runAccess: (runId) => join(dir, 'runs', runId, 'access.jsonl'),
    runAudit: (runId) => join(dir, 'runs', runId, 'audit.jsonl'),
    homes: join(dir, 'homes'),
    builtDockerfile: (digits) => join(dir, 'builds', digits, 'Dockerfile'),
    runDockerfile: (runId) => join(dir, 'runs', runId, 'Dockerfile'),
    runCurlrc: (runId) => join(dir, 'runs', runId, 'curlrc'),
    runResolver: (runId) => join(dir, 'runs', runId, 'resolv.conf'),
    runBuildkitConfig: (runId) => join(dir, 'runs', runId, 'buildkitd.toml'),
  }
}

function stateDir(env: Environment, homeDir: string): string {
  const asked = env['AGENTOPS_HOME']
  if (asked === undefined || asked === '') return join(homeDir, '.agentops')
  if (asked.includes('\0')) throw usageError('AGENTOPS_HOME holds a NUL character')
  return resolve(asked)
}

function socketDirOf(dir: string, uid: number): string {
  const inside = join(dir, 'sockets')
  if (Buffer.byteLength(join(inside, LONGEST_NAME)) <= SOCKET_PATH_MAX) return inside
  const key = sha256Hex(dir).slice(0, 12)
  return join('/tmp', `agentops-${uid}-${key}`)
}
