import { readdirSync, readFileSync } from 'node:fs'
import { type ProxyStatus, proxyStatusSchema } from '../../../../src/daemon/control-protocol.ts'
import { AgentHome, until } from '../../../e2e/support/agent-home.ts'
import { Peer } from '../../../integration/proxy/bed/peer.ts'

/** The proxy of the compiled binary, in its own process, with static routes; looked at from outside. */
export class ProxyProcess implements AsyncDisposable {
  readonly home: AgentHome
  readonly pid: number
  readonly port: number
  readonly #peers: Peer[] = []

  private constructor(home: AgentHome, pid: number, port: number) {
    this.home = home
    this.pid = pid
    this.port = port
  }

  /** `agent proxy start`, and a route to each of these ports. `descriptorLimit`: how many files it may open at most. */
  static async start(
    routes: Readonly<Record<string, number>>,
    { descriptorLimit }: { descriptorLimit?: number } = {},
  ): Promise<ProxyProcess> {
    const home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '0' } })
    const limit = descriptorLimit === undefined ? '' : `ulimit -n ${descriptorLimit} && `
    const { env, binary } = home
    const command = ['sh', '-c', `${limit}exec "$0" proxy start`, binary]
    const child = Bun.spawn(command, { env, cwd: home.dir, stdio: ['ignore', 'ignore', 'inherit'] })
    if ((await child.exited) !== 0) throw new Error('the proxy did not start')
    for (const [name, port] of Object.entries(routes))
      await home.answer(['route', 'add', name, `127.0.0.1:${port}`])
    const { pid, port } = proxyStatusSchema.parse(await home.json(['proxy', 'status']))
    if (port === undefined) throw new Error('the proxy does not listen')
    return new ProxyProcess(home, pid, port)
  }

  async status(): Promise<ProxyStatus> {
    return proxyStatusSchema.parse(await this.home.json(['proxy', 'status']))
  }

  async client(): Promise<Peer> {
    const peer = await Peer.connect({ host: '127.0.0.1', port: this.port })
    this.#peers.push(peer)
    return peer
  }

  /** Open file descriptors, from proc_pid_fd(5). */
  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }

  /** How many descriptors it may have open: RLIMIT_NOFILE, from proc_pid_limits(5). */
  descriptorLimit(): number {
    const limits = readFileSync(`/proc/${this.pid}/limits`, 'latin1')
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1])
  }

  /** Resident memory in MiB, from proc_pid_status(5). */
  residentMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
  }

  /** The least resident memory in a second of quiet: under load, what is freed next is in it as well. */
  async settledMiB(): Promise<number> {
    let least = this.residentMiB()
    for (let left = 10; left > 0; left--) {
      await Bun.sleep(100)
      least = Math.min(least, this.residentMiB())
    }
    return least
  }

  /** Processor time so far in milliseconds, from proc_pid_stat(5). */
  processorMs(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  }

  /** Waits until it has as few descriptors open as before. */
  async untilDescriptors(before: number): Promise<void> {
    await until(`descriptors are back to ${before}`, () => this.descriptors() <= before)
  }

  /** What the daemon wrote down: defects are among it. */
  log(): string {
    try {
      return readFileSync(`${this.home.stateDir}/daemon.log`, 'utf8')
    } catch {
      return ''
    }
  }

  /** Fails when the process is another one, gone, or has met a defect. */
  async requireSound(): Promise<ProxyStatus> {
    const status = await this.status()
    if (status.pid !== this.pid) throw new Error('the background process was started anew')
    const defects = this.log()
      .split('\n')
      .filter((line) => line.includes('defect'))
    if (defects.length > 0) throw new Error(defects.join('\n'))
    return status
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer[Symbol.dispose]()
    for (const name of await this.#routeNames()) await this.home.answer(['route', 'remove', name])
    await this.home[Symbol.asyncDispose]()
    await until('the background process has ended', () => !isAlive(this.pid))
  }

  async #routeNames(): Promise<string[]> {
    const list = await this.home.answer(['route', 'list'])
    return list
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0] ?? '')
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
