import type { ControlClient } from '../../../src/daemon/control-client.ts'
import { type DaemonEnd, runDaemon } from '../../../src/daemon/daemon-process.ts'
import { findDaemon } from '../../../src/daemon/find-daemon.ts'
import { handOver } from '../../../src/daemon/hand-over.ts'
import { openState } from '../../../src/state/open-state.ts'
import { LifeCycle } from '../run/life-cycle.ts'

/** Background processes inside this one, on the state of a life cycle. */
export class Daemons implements AsyncDisposable {
  readonly life = new LifeCycle()
  readonly state = openState(this.life.context.paths.dir, { uid: -1 })
  readonly logs: string[] = []
  readonly #running: Promise<unknown>[] = []

  /** Resolves when it answers requests. */
  async start(
    options: { idleMs?: number; service?: boolean } = {},
  ): Promise<{ ended: Promise<DaemonEnd> }> {
    const ready = Promise.withResolvers<void>()
    const state = openState(this.life.context.paths.dir, { uid: -1 })
    const ended = runDaemon({
      context: this.life.anotherProcess(),
      state,
      uid: process.getuid?.() ?? -1,
      idleMs: options.idleMs ?? 60_000,
      service: options.service === true,
      log: (line) => this.logs.push(line),
      onReady: () => ready.resolve(),
    }).finally(() => state.close())
    this.#running.push(ended)
    await Promise.race([ready.promise, ended])
    return { ended }
  }

  async connection(): Promise<ControlClient> {
    const client = await findDaemon(this.state)
    if (client === undefined) throw new Error('there is no daemon')
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.life.supervisor.leave()
    const client = await findDaemon(this.state)
    if (client !== undefined) await handOver(client)
    await Promise.all(this.#running)
    this.state.close()
    await this.life[Symbol.asyncDispose]()
  }
}
