import { messageOf } from '../lib/errors.ts'
import { acquireLock, tryLock } from '../platform/file-lock.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { containerId, type ContainerState, type ExitStatus } from '../runtime/container-state.ts'
import type { RunContext } from './run-context.ts'
import { selectRun } from './run-labels.ts'
import type { RunRecord } from './run-record.ts'
import { isLive } from './run-state.ts'
import { storeOutput } from './stored-output.ts'
import { dirname } from 'node:path'

/** How long another process may take to end the same run before we give up waiting for it. */
const LOCK_LIMIT_MS = 60_000
const STEP_LIMIT_MS = 30_000

export type EndOptions = {
  /** SIGTERM, then SIGKILL after this; 0 kills at once. */
  graceMs: number
  /** Why it never ran, for the record. */
  error?: string
  /** Exit code of one that never ran; 125 unless said. */
  neverRanCode?: number
  /** The exit status, when the caller saw it. */
  exit?: ExitStatus
  /** True when somebody asked for the end: a non-zero exit code is then no failure. */
  requested: boolean
  /** Leave it to whoever is ending the run already. */
  ifFree?: boolean
}

export type EndReport = {
  run: RunRecord
  /** What could not be removed, in words; a later command tries again. */
  failures: readonly string[]
}

/**
 * The one way a run ends, whoever ends it and however often: exit code and output are kept, routes go,
 * then what the run made, then its final state is written. Every step has its own limit, and a step that
 * fails does not stop the others. Idempotent, and safe against another process doing the same.
 *
 * @returns undefined when there is no such run (any more), or with `ifFree` when somebody else is at it
 */
export async function endRun(
  runId: string,
  context: RunContext,
  options: EndOptions,
): Promise<EndReport | undefined> {
  const { runs, paths } = context
  ensurePrivateDirectory(dirname(paths.runLock(runId)), -1)
  using lock =
    options.ifFree === true
      ? tryLock(paths.runLock(runId))
      : await acquireLock(paths.runLock(runId), { timeoutMs: LOCK_LIMIT_MS })
  if (lock === undefined) return undefined
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'end:locked')
  const run = runs.find(runId)
  if (run === undefined) return undefined
  if (!isLive(run.state) && run.cleanedAtMs !== undefined) return { run, failures: [] }
  const ending = new RunEnding(run, context, options)
  await ending.perform()
  return { run: runs.find(runId) ?? run, failures: ending.failures }
}

type Found = Pick<ContainerState, 'id' | 'phase'>

class RunEnding {
  readonly failures: string[] = []
  readonly #run: RunRecord
  readonly #context: RunContext
  readonly #options: EndOptions
  /** It was over before anybody's wish could have had a part in it. */
  #endedByItself = false

  constructor(run: RunRecord, context: RunContext, options: EndOptions) {
    this.#run = run
    this.#context = context
    this.#options = options
  }

  async perform(): Promise<void> {
    const { id } = this.#run
    const { routes } = this.#context
    const runtime = await this.#step('reach the runtime', () =>
      this.#context.connect(this.#run.runtime, this.#run.endpoint),
    )
    const container =
      runtime && (await this.#step('find the container', (signal) => this.#find(runtime, signal)))
    if (runtime !== undefined && container !== undefined) await this.#halt(runtime, container)
    const exit = await this.#exitStatus(runtime, container)
    await this.#step('remove the routes', async () => routes.removeByRun(id))
    if (globalThis.AGENT_FAULTS) faultPoint(() => 'end:routes-removed')
    const isRemoved = runtime !== undefined && (await this.#removeContainers(runtime))
    if (exit !== undefined) this.#finish(exit)
    else if (isRemoved) this.#finish(UNKNOWN)
    // Else the container may still run, and the run is not over: its name and its row stay.
  }

  /** The main container; by label when its id was never written down. `null` when there is none. */
  async #find(runtime: ContainerRuntime, signal: AbortSignal): Promise<Found | null> {
    const { containerId: known, id } = this.#run
    // Who saw it end need not ask.
    if (known !== undefined && this.#options.exit !== undefined)
      return { id: containerId(known), phase: 'exited' }
    if (known !== undefined) return (await runtime.inspect(containerId(known), signal)) ?? null
    const [first] = await runtime.list(selectRun(this.#context.homeId, id), signal)
    return first ?? null
  }

  async #halt(runtime: ContainerRuntime, container: Found | null): Promise<void> {
    if (container === null || this.#options.exit !== undefined) return
    this.#endedByItself = container.phase === 'exited' && this.#run.state !== 'stopping'
    if (container.phase === 'exited' || container.phase === 'created') return
    const { graceMs } = this.#options
    const { runs, processes } = this.#context
    // Whoever looks meanwhile sees that somebody is at it.
    runs.adopt(this.#run.id, processes.self)
    runs.transition(this.#run.id, 'stopping')
    await this.#step(
      'stop the container',
      (signal) => runtime.stop(container.id, { graceMs, signal }),
      graceMs,
    )
  }

  /** Undefined while it is not known that the run is over. */
  async #exitStatus(
    runtime: ContainerRuntime | undefined,
    container: Found | null | undefined,
  ): Promise<ExitStatus | undefined> {
    const { state, exitCode, containerId: known } = this.#run
    const { exit } = this.#options
    if (!isLive(state)) return { exitCode: exitCode ?? 0 }
    if (container === null) return exit ?? (known === undefined ? this.#neverRan() : LOST)
    if (runtime === undefined || container === undefined) return exit
    await this.#step('keep the output', (signal) => this.#keepOutput(runtime, container, signal))
    if (exit !== undefined) return exit
    return this.#step('read the exit code', async (signal) =>
      this.#statusOf(await runtime.inspect(container.id, signal)),
    )
  }

  /** Undefined while the container runs. */
  #statusOf(container: ContainerState | undefined): ExitStatus | undefined {
    if (container === undefined) return LOST
    const { phase, exitCode, error } = container
    if (phase === 'created') return this.#neverRan()
    if (phase !== 'exited') return undefined
    return { exitCode: exitCode ?? 0, ...(error === undefined || error === '' ? {} : { error }) }
  }

  #neverRan(): ExitStatus {
    return { exitCode: this.#options.neverRanCode ?? 125 }
  }

  async #keepOutput(
    runtime: ContainerRuntime,
    container: Found,
    signal: AbortSignal,
  ): Promise<void> {
    if (container.phase === 'created') return
    const chunks = runtime.logs(container.id, { follow: false, timestamps: true }, signal)
    await storeOutput(this.#context.paths.runOutput(this.#run.id), chunks)
  }

  /** True when nothing of the run can be running any more. */
  async #removeContainers(runtime: ContainerRuntime): Promise<boolean> {
    const { id, keep, containerId: known } = this.#run
    if (keep && known !== undefined) return false
    const removed = await this.#step('remove the container', async (signal) => {
      const left =
        known === undefined
          ? (await runtime.list(selectRun(this.#context.homeId, id), signal)).map((one) => one.id)
          : [containerId(known)]
      for (const leftover of left) await runtime.remove(leftover, signal)
      this.#context.runs.recordRemoved(id, 'container')
      return true
    })
    return removed === true
  }

  #finish(exit: ExitStatus): void {
    const { runs, clock } = this.#context
    const { id, state } = this.#run
    if (isLive(state)) {
      const error = this.#options.error ?? exit.error
      const asked = this.#options.requested && !this.#endedByItself
      const failed = error !== undefined || (exit.exitCode !== 0 && !asked)
      runs.transition(id, 'stopping')
      runs.transition(id, failed ? 'failed' : 'stopped', {
        endedAtMs: clock.now(),
        exitCode: exit.exitCode,
        ...(error === undefined ? {} : { error }),
      })
    }
    if (this.failures.length === 0) runs.recordCleaned(id)
  }

  /** Undefined, and a recorded failure, when the step failed or took too long. */
  async #step<T>(
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    extraMs = 0,
  ): Promise<T | undefined> {
    const limitMs = STEP_LIMIT_MS + extraMs
    const late = Promise.withResolvers<never>()
    const end = new AbortController()
    const limit = setTimeout(() => {
      const reason = new Error(`took longer than ${limitMs / 1000} s`)
      end.abort(reason)
      late.reject(reason)
    }, limitMs)
    try {
      return await Promise.race([work(end.signal), late.promise])
    } catch (error) {
      this.failures.push(`could not ${what} of "${this.#run.name}": ${messageOf(error)}`)
      return undefined
    } finally {
      clearTimeout(limit)
    }
  }
}

/** It is gone, and how it ended could not be read before. */
const UNKNOWN: ExitStatus = { exitCode: 137, error: 'its exit code could not be read' }

/** Somebody removed the container behind our back. */
const LOST: ExitStatus = { exitCode: 137, error: 'the container was removed by somebody else' }
