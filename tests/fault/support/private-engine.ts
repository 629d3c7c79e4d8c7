import { readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, enginePaths } from '../../engine/engine-paths.ts'
import {
  haveEnded,
  identityOf,
  isAlive,
  signalProcess,
  startDetached,
} from '../../engine/engine-processes.ts'
import { type ProcessIdentity, readEngineState } from '../../engine/engine-state.ts'
import { run, succeeds } from '../../engine/run-command.ts'

const control = join(import.meta.dir, '../../engine/control.ts')

/** Undefined when this run of the tests may bring up engines of its own, else why not. */
export function noPrivateEngine(): string | undefined {
  const demand = process.env['AGENT_TEST_ENGINE']
  if (demand === 'required' || demand === 'provision') return undefined
  return 'stops an engine of its own: AGENT_TEST_ENGINE=provision brings one'
}

/** A Docker Engine that nobody else uses, to be stopped, killed and started again. */
export class PrivateEngine implements AsyncDisposable {
  readonly dockerHost: string
  readonly #name: string
  readonly #start: {
    command: [string, ...string[]]
    log: string
    env: Record<string, string>
    pidFile: string
  }
  #dockerd: ProcessIdentity

  private constructor(name: string, dockerd: ProcessIdentity) {
    const paths = enginePaths(name, cacheFolder(process.env))
    this.#name = name
    this.#dockerd = dockerd
    this.dockerHost = `unix://${paths.socket}`
    const [program = 'dockerd', ...words] = entriesOf(`/proc/${dockerd.pid}/cmdline`)
    const env = Object.fromEntries(
      entriesOf(`/proc/${dockerd.pid}/environ`).map((entry) => {
        const at = entry.indexOf('=')
        return [entry.slice(0, at), entry.slice(at + 1)]
      }),
    )
    const enter = ['nsenter', `--net=${paths.netnsFile}`] as const
    const log = join(paths.runFolder, 'dockerd.log')
    const pidFile = join(paths.runFolder, 'dockerd.pid')
    this.#start = { command: [...enter, program, ...words], log, env, pidFile }
  }

  static async up(name: string): Promise<PrivateEngine> {
    await run([...outside(), process.execPath, control, 'up', name])
    const state = await readEngineState(name)
    const dockerd = state?.processes.find(({ role }) => role === 'dockerd')
    if (dockerd === undefined) throw new Error(`the engine ${name} has no dockerd`)
    return new PrivateEngine(name, dockerd)
  }

  /** SIGSTOP: it takes connections and does nothing. */
  pause(): void {
    signalProcess(this.#dockerd, 'SIGSTOP')
  }

  resume(): void {
    signalProcess(this.#dockerd, 'SIGCONT')
  }

  async kill(): Promise<void> {
    signalProcess(this.#dockerd, 'SIGKILL')
    if (!(await haveEnded([this.#dockerd], 10_000))) throw new Error('dockerd survives SIGKILL')
  }

  /** Starts it again; returns when it answers. */
  async restart(): Promise<void> {
    const { command, log, env, pidFile } = this.#start
    // Where nobody reaps it, a dead one keeps its pid, and dockerd takes that for a living one.
    rmSync(pidFile, { force: true })
    this.#dockerd = await startDetached(command, log, env)
    const ask = ['docker', '--host', this.dockerHost, 'version'] as const
    const untilMs = performance.now() + 60_000
    while (!(await succeeds(ask, { env }))) {
      if (!isAlive(this.#dockerd) || performance.now() > untilMs)
        throw new Error(`dockerd does not start again:\n${lastLines(log)}`)
      await Bun.sleep(50)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume()
    const dockerd = identityOf(this.#dockerd.pid)
    if (dockerd !== undefined) signalProcess(dockerd, 'SIGTERM')
    await run([...outside(), process.execPath, control, 'down', this.#name])
  }
}

/**
 * Runs what follows in the machine's own network, where engines are joined to it, and not in that of the engine under
 * test: in the network of the first of our ancestors, as far as we may look.
 */
function outside(): string[] {
  let found = process.pid
  for (let pid = found; pid > 0; pid = parentOf(pid)) {
    try {
      readlinkSync(`/proc/${pid}/ns/net`)
      found = pid
    } catch {
      break
    }
  }
  return ['nsenter', `--net=/proc/${found}/ns/net`]
}

/** 0 when there is none, proc_pid_stat(5). */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-10).join('\n')
}

function entriesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\0').filter(Boolean)
}
