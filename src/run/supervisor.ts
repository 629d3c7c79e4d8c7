import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../lib/errors.ts'
import type { ContainerEvent, RuntimeKind } from '../runtime/container-state.ts'
import { LABEL_ROLE, LABEL_RUN_ID } from '../runtime/labels.ts'
import { type EndOptions, endRun } from './end-run.ts'
import { endOfOrphan, reclaim } from './reclaim.ts'
import { healthOf } from './run-health.ts'
import { selectRun } from './run-labels.ts'
import type { RunContext } from './run-context.ts'
import type { RunRecord } from './run-record.ts'
import { isLive } from './run-state.ts'
import { RuntimeWatch } from './runtime-watch.ts'
import { Strays } from './strays.ts'

/** How often rows are compared with the process table. */
const TICK_MS = 500
/** How long a command gets to clean up after its own run before we do. */
const HOLDER_GRACE_MS = 5000
/** Grace of a run whose command died: what an engine gives, and less where nothing but us keeps it. */
const ORPHAN_GRACE_MS = { docker: 10_000, apple: 10_000, embedded: 2000 } as const
/** When an end that failed is tried again. */
const RETRY_MS = 15_000
/** How long after a run's end something of it may still appear on its runtime. */
const AFTERMATH_MS = 600_000

/**
 * Looks after running runs, in the background process: follows the runtimes' events, ends what ended,
 * stops attached runs whose command is gone. Everything it knows is in the database and the runtimes, so
 * another supervisor can take its place at any time.
 */
export class Supervisor implements AsyncDisposable {
  readonly #context: RunContext
  readonly #log: (line: string) => void
  readonly #strays: Strays
  readonly #watches = new Map<string, RuntimeWatch>()
  readonly #holders = new Map<string, Promise<void>>()
  readonly #ending = new Map<string, Promise<void>>()
  /** Runs that are to be ended once nobody makes them any more and the time has come. */
  readonly #due = new Map<string, number>()
  readonly #leaving = new AbortController()
  #ticker: ReturnType<typeof setInterval> | undefined

  constructor(context: RunContext, log: (line: string) => void) {
    this.#context = context
    this.#log = log
    this.#strays = new Strays(context, log)
  }

  /** Finishes what dead processes left, then follows every runtime that has, or had just now, a run. */
  async start(): Promise<void> {
    this.#ticker = setInterval(() => this.#guarded(() => this.#tick()), TICK_MS)
    for (const failure of await reclaim(this.#context)) this.#log(failure)
    const sinceMs = this.#context.clock.now() - AFTERMATH_MS
    for (const { runtime, endpoint, endedAtMs = Infinity } of this.#context.runs.list({
      live: false,
    }))
      if (endedAtMs > sinceMs) this.#watchFor(runtime, endpoint)
  }

  /** Returns once nothing that happens on this runtime from now on goes unseen. */
  async watch(kind: RuntimeKind, endpoint: string): Promise<void> {
    await this.#watchFor(kind, endpoint).ready()
  }

  /**
   * A run that is running now: it may have ended before we could see it. Where that cannot be found out
   * now, the watch on its runtime does it later, as after every connection.
   */
  async supervise(runId: string): Promise<void> {
    const run = this.#context.runs.find(runId)
    if (run === undefined) return
    this.#watchFor(run.runtime, run.endpoint)
    try {
      await this.#check(run)
    } catch (error) {
      this.#log(`cannot look after ${run.id} yet: ${messageOf(error)}`)
    }
  }

  /** As `supervise`; when `closed` resolves, the run's command is gone, and so is its right to run. */
  async hold(runId: string, closed: Promise<void>): Promise<void> {
    this.#holders.set(runId, closed)
    void closed.then(() => {
      if (this.#holders.get(runId) !== closed) return
      this.#holders.delete(runId)
      this.#guarded(() => this.#abandoned(runId))
    })
    await this.supervise(runId)
  }

  /** The command leaves the run to itself. */
  release(runId: string): void {
    this.#holders.delete(runId)
  }

  /**
   * From now on no end of a run is begun here: another supervisor takes over, and the connections of
   * commands that close now are closed by us.
   */
  leave(): void {
    clearInterval(this.#ticker)
    this.#holders.clear()
    for (const watch of this.#watches.values()) watch[Symbol.dispose]()
    this.#leaving.abort()
  }

  /** Leaves, then waits for what was begun. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.leave()
    await Promise.allSettled(this.#ending.values())
  }

  #watchFor(kind: RuntimeKind, endpoint: string): RuntimeWatch {
    const key = `${kind} ${endpoint}`
    const known = this.#watches.get(key)
    if (known !== undefined) return known
    const watch = new RuntimeWatch({
      connect: () => this.#context.connect(kind, endpoint),
      homeId: this.#context.homeId,
      onEvent: (event) => this.#onEvent(event, kind, endpoint),
      onListing: () => this.#checkAll(kind, endpoint),
      log: this.#log,
    })
    this.#watches.set(key, watch)
    return watch
  }

  #onEvent(event: ContainerEvent, kind: RuntimeKind, endpoint: string): void {
    const runId = event.labels[LABEL_RUN_ID]
    if (runId === undefined) return
    const run = this.#context.runs.find(runId)
    if (run === undefined || !isLive(run.state)) {
      if (event.kind === 'created' || event.kind === 'started')
        void this.#strays.look(event.id, () => this.#context.connect(kind, endpoint))
      return
    }
    // The end of what stands beside a run is not the run's.
    if (event.labels[LABEL_ROLE] !== 'main') return
    // Not of any that has its labels: so has one from an image that was made of it (docker commit).
    if (run.containerId !== undefined && run.containerId !== event.id) return
    if (event.kind === 'exited' || event.kind === 'removed') this.#ended(run)
  }

  /** After the stream of events was broken, whatever happened in between is found by looking. */
  async #checkAll(kind: RuntimeKind, endpoint: string): Promise<void> {
    const runs = this.#context.runs
      .list({ live: true })
      .filter((run) => run.runtime === kind && run.endpoint === endpoint)
    for (const run of runs) await this.#check(run)
    await this.#strays.sweep(await this.#context.connect(kind, endpoint))
  }

  async #check(run: RunRecord): Promise<void> {
    if (run.state !== 'running' || run.containerId === undefined) return
    const runtime = await this.#context.connect(run.runtime, run.endpoint)
    const containers = await runtime.list(selectRun(this.#context.homeId, run.id))
    const container = containers.find(({ id }) => id === run.containerId)
    if (container === undefined || container.phase === 'exited') this.#ended(run)
  }

  /** The container is not running any more. */
  #ended(run: RunRecord): void {
    if (run.state !== 'running' && healthOf(run, this.#context) === 'tended') {
      // Still being made, and whoever makes it sees the end; or else we look again.
      this.#due.set(run.id, this.#context.clock.now())
      return
    }
    const holder = this.#holders.get(run.id)
    this.#end(run.id, { graceMs: 0, requested: false }, async () => {
      if (holder !== undefined) await Promise.race([holder, this.#pause(HOLDER_GRACE_MS)])
    })
  }

  #abandoned(runId: string): void {
    const run = this.#context.runs.find(runId)
    if (run === undefined || !isLive(run.state) || !run.attached) return
    this.#end(runId, endOfOrphan(run, ORPHAN_GRACE_MS[run.runtime]))
  }

  #tick(): void {
    const { runs } = this.#context
    for (const run of [...runs.list({ live: true }), ...runs.listUncleaned()]) {
      if (healthOf(run, this.#context) === 'tended') continue
      // A command that holds its run is not the one that died while stopping it.
      if (this.#holders.has(run.id) && run.state === 'running') continue
      if ((this.#due.get(run.id) ?? 0) > this.#context.clock.now()) continue
      this.#end(run.id, { ...endOfOrphan(run, ORPHAN_GRACE_MS[run.runtime]), ifFree: true })
    }
    for (const [runId, atMs] of this.#due) this.#endWhenDue(runId, atMs)
  }

  #endWhenDue(runId: string, atMs: number): void {
    const run = this.#context.runs.find(runId)
    if (run === undefined || run.cleanedAtMs !== undefined) this.#due.delete(runId)
    if (run === undefined || atMs > this.#context.clock.now()) return
    if (run.state === 'running') {
      this.#due.delete(runId)
      this.#ended(run)
    } else if (run.state === 'stopping' && run.owner.pid === this.#context.processes.self.pid) {
      // Our own try to stop it failed.
      this.#due.delete(runId)
      this.#end(runId, endOfOrphan(run, ORPHAN_GRACE_MS[run.runtime]))
    }
  }

  /** Ends a run once `turn` has come; one end at a time. */
  #end(
    runId: string,
    options: EndOptions,
    turn: () => Promise<void> = async () => undefined,
  ): void {
    if (this.#ending.has(runId) || this.#leaving.signal.aborted) return
    const work = turn()
      .then(() =>
        this.#leaving.signal.aborted ? undefined : endRun(runId, this.#context, options),
      )
      .then((report) => {
        const failures = report?.failures ?? []
        if (failures.length > 0) this.#due.set(runId, this.#context.clock.now() + RETRY_MS)
        for (const failure of failures) this.#log(failure)
      })
      .catch((error: unknown) => {
        this.#due.set(runId, this.#context.clock.now() + RETRY_MS)
        this.#log(`could not end ${runId}: ${messageOf(error)}`)
      })
      .finally(() => this.#ending.delete(runId))
    this.#ending.set(runId, work)
  }

  /** Cut short by leaving. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#leaving.signal }).catch(() => undefined)
  }

  /** For work that nobody waits for: a full disk or a busy database must not end this process. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#log(`could not look after the runs: ${messageOf(error)}`)
    }
  }
}
