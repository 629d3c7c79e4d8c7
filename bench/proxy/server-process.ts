import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const startLimitMs = 15_000
const endLimitMs = 5_000

/** A program that listens, pinned to one processor. Disposing ends it. */
export class ServerProcess implements AsyncDisposable {
  readonly pid: number
  readonly port: number
  readonly #log: string
  readonly #child: Bun.Subprocess<'ignore', 'ignore', Bun.BunFile>

  private constructor(
    child: Bun.Subprocess<'ignore', 'ignore', Bun.BunFile>,
    { port, log }: { port: number; log: string },
  ) {
    this.#child = child
    this.#log = log
    this.pid = child.pid
    this.port = port
  }

  /** Returns once its port accepts connections. Throws with what it wrote to stderr when it ends before. */
  static async start(options: {
    command: readonly string[]
    port: number
    processor: number
    cwd: string
    env?: Readonly<Record<string, string>>
  }): Promise<ServerProcess> {
    const { command, port, processor, cwd, env } = options
    const log = join(cwd, `stderr-${port}`)
    const child = Bun.spawn(['taskset', '-c', String(processor), ...command], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: Bun.file(log),
    })
    const server = new ServerProcess(child, { port, log })
    try {
      await server.#untilItListens()
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
    return server
  }

  /** Throws with what it wrote to stderr when it has ended. */
  mustLive(): void {
    const { exitCode, signalCode } = this.#child
    if (exitCode === null && signalCode === null) return
    const end = signalCode ?? `exit code ${exitCode}`
    throw new Error(`it ended: ${end}: ${readFileSync(this.#log, 'utf8').trim().slice(-500)}`)
  }

  /** Processor time since its start, of all its threads, in microseconds (the kernel counts nanoseconds). */
  cpuUs(): number {
    this.mustLive()
    const tasks = `/proc/${this.pid}/task`
    const times = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, 'latin1').split(' ', 1)[0]),
    )
    return times.reduce((sum, ns) => sum + ns, 0) / 1000
  }

  /** Resident memory now, or the most since {@link forgetPeak}. proc_pid_status(5) */
  residentBytes(which: 'now' | 'peak' = 'now'): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1')
    const pattern = which === 'now' ? /^VmRSS:\s+(\d+) kB/m : /^VmHWM:\s+(\d+) kB/m
    return Number(pattern.exec(status)?.[1]) * 1024
  }

  forgetPeak(): void {
    writeFileSync(`/proc/${this.pid}/clear_refs`, '5')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), endLimitMs)
    this.#child.kill('SIGTERM')
    await this.#child.exited
    clearTimeout(killer)
  }

  async #untilItListens(): Promise<void> {
    const endMs = performance.now() + startLimitMs
    while (!(await accepts(this.port))) {
      this.mustLive()
      if (performance.now() > endMs) throw new Error(`nothing listens on ${this.port} in time`)
      await Bun.sleep(20)
    }
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })
    socket.end()
    return true
  } catch {
    return false
  }
}

/** A port that is free at this moment. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}
