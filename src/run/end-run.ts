import { messageOf } from '../lib/errors.ts'
import { acquireLock, tryLock } from '../platform/file-lock.ts'
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
    const container = runtime && (await this.#step('find the container', () => this.#find(runtime)))
    if (runtime !== undefined && container !== undefined) await this.#halt(runtime, container)
    const exit = await this.#exitStatus(runtime, container)
    await this.#step('remove the routes', async () => routes.removeByRun(id))
    if (runtime !== undefined) await this.#removeContainers(runtime)
    // While the container may still run, the run is not over: its name and its row stay.
    if (this.failures.length > 0 && isLive(this.#run.state) && exit === undefined) return
    this.#finish(exit)
  }

  /** The main container; by label when its id was never written down. `null` when there is none. */
  async #find(runtime: ContainerRuntime): Promise<Found | null> {
    const { containerId: known, id } = this.#run
    // Who saw it end need not ask.
    if (known !== undefined && this.#options.exit !== undefined)
      return { id: containerId(known), phase: 'exited' }
    if (known !== undefined) return (await runtime.inspect(containerId(known))) ?? null
    const [first] = await runtime.list(selectRun(this.#context.homeId, id))
    return first ?? null
  }

  async #halt(runtime: ContainerRuntime, container: Found | null): Promise<void> {
    if (container === null || this.#options.exit !== undefined) return
    if (container.phase === 'exited' || container.phase === 'created') return
    const { graceMs } = this.#options
    this.#context.runs.transition(this.#run.id, 'stopping')
    await this.#step('stop the container', () => runtime.stop(container.id, { graceMs }), graceMs)
  }

  /** Undefined while it is not known that the run is over. */
  async #exitStatus(
    runtime: ContainerRuntime | undefined,
    container: Found | null | undefined,
  ): Promise<ExitStatus | undefined> {
    const { state, exitCode, containerId: known } = this.#run
    if (!isLive(state)) return { exitCode: exitCode ?? 0 }
    if (container === null) return known === undefined ? NEVER_RAN : LOST
    if (runtime === undefined || container === undefined) return undefined
    await this.#step('keep the output', () => this.#keepOutput(runtime, container))
    if (this.#options.exit !== undefined) return this.#options.exit
    const inspect = async (): Promise<ExitStatus | undefined> =>
      statusOf(await runtime.inspect(container.id))
    return this.#step('read the exit code', inspect)
  }

  async #keepOutput(runtime: ContainerRuntime, container: Found): Promise<void> {
    if (container.phase === 'created') return
    const chunks = runtime.logs(container.id, { follow: false, timestamps: true })
    await storeOutput(this.#context.paths.runOutput(this.#run.id), chunks)
  }

  async #removeContainers(runtime: ContainerRuntime): Promise<void> {
    const { id, keep, containerId: known } = this.#run
    if (keep && known !== undefined) return
    await this.#step('remove the container', async () => {
      if (known !== undefined) await runtime.remove(containerId(known))
      else
        for (const { id: leftover } of await runtime.list(selectRun(this.#context.homeId, id)))
          await runtime.remove(leftover)
      this.#context.runs.recordRemoved(id, 'container')
    })
  }

  #finish(exit: ExitStatus | undefined): void {
    const { runs, clock } = this.#context
    const { id, state } = this.#run
    if (isLive(state) && exit !== undefined) {
      const error = this.#options.error ?? exit.error
      const failed = error !== undefined || (exit.exitCode !== 0 && !this.#options.requested)
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
  async #step<T>(what: string, work: () => Promise<T>, extraMs = 0): Promise<T | undefined> {
    let limit: ReturnType<typeof setTimeout> | undefined
    try {
      const timeout = new Promise<never>((_resolve, reject) => {
        const limitMs = STEP_LIMIT_MS + extraMs
        limit = setTimeout(() => reject(new Error(`took longer than ${limitMs / 1000} s`)), limitMs)
      })
      return await Promise.race([work(), timeout])
    } catch (error) {
      this.failures.push(`could not ${what} of "${this.#run.name}": ${messageOf(error)}`)
      return undefined
    } finally {
      clearTimeout(limit)
    }
  }
}

/** Undefined while the container runs. */
function statusOf(container: ContainerState | undefined): ExitStatus | undefined {
  if (container === undefined) return LOST
  const { phase, exitCode, error } = container
  if (phase === 'created') return NEVER_RAN
  if (phase !== 'exited') return undefined
  return { exitCode: exitCode ?? 0, ...(error === undefined || error === '' ? {} : { error }) }
}

const NEVER_RAN: ExitStatus = { exitCode: 125 }

/** Somebody removed the container behind our back. */
const LOST: ExitStatus = { exitCode: 137, error: 'the container was removed by somebody else' }
