import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { acquireLock, tryLock } from '../platform/file-lock.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { containerId, type ContainerState, type ExitStatus } from '../runtime/container-state.ts'
import { removeResources } from './end-resources.ts'
import { EndSteps } from './end-steps.ts'
import { KILLED, LOST, statusOf, UNKNOWN } from './exit-status-of.ts'
import { keepAudit } from './keep-audit.ts'
import { recordStop } from './record-stop.ts'
import type { RunContext } from './run-context.ts'
import { selectMain } from './run-labels.ts'
import type { RunRecord } from './run-record.ts'
import { isLive } from './run-state.ts'
import { KEPT_LINES, storeOutput } from './stored-output.ts'

/** How long another process may take to end the same run before we give up waiting for it. */
const LOCK_LIMIT_MS = 60_000

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
  /** Nobody will want its output. */
  discardOutput?: boolean
}

export type EndReport = {
  run: RunRecord
  /** What could not be removed, in words; a later command tries again. */
  failures: readonly string[]
}

/**
 * The one way a run ends, whoever ends it and however often: exit code and output are kept, routes go, the
 * end is written down, then what the run made goes. Every step has its own limit. A step that fails does
 * not stop the others, but for one: nothing is removed that still holds what could not be kept, and nothing
 * is taken from a run that cannot be looked at. Idempotent, and safe against another process doing the same.
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
  return { run: runs.find(runId) ?? run, failures: ending.steps.failures }
}

type Found = Pick<ContainerState, 'id' | 'phase'>

/** The runtime, and what of the run is there; `null`: nothing. */
type Place = { runtime: ContainerRuntime; container: Found | null }

class RunEnding {
  readonly steps: EndSteps
  readonly #run: RunRecord
  readonly context: RunContext
  readonly #options: EndOptions
  /** It was over before anybody's wish could have had a part in it. */
  #endedByItself = false

  constructor(run: RunRecord, context: RunContext, options: EndOptions) {
    this.steps = new EndSteps(run.name)
    this.#run = run
    this.context = context
    this.#options = options
  }

  async perform(): Promise<void> {
    const place = await this.#look()
    if (place !== undefined) await this.#halt(place)
    const isKept = place !== undefined && (await this.#keepOutput(place))
    const exit = await this.#exitStatus(place)
    // It may run on as it is, reached by its name.
    if (place === undefined && exit === undefined) return
    const { id } = this.#run
    const { routes, runs } = this.context
    await this.steps.take('remove the routes', async () => routes.removeByRun(id))
    if (globalThis.AGENT_FAULTS) faultPoint(() => 'end:routes-removed')
    const isWritten = exit === undefined || (await this.#writeEnd(exit))
    await keepAudit(this.steps, this.context, id, this.#options)
    if (!isKept || !isWritten) return
    const isRemoved = await this.#removeContainers(place.runtime)
    await removeResources(this.#run, place.runtime, this)
    if (exit === undefined && isRemoved) await this.#writeEnd(UNKNOWN)
    await this.#removeSockets()
    if (this.steps.failures.length === 0) runs.recordCleaned(id)
  }

  /** Undefined when it cannot be looked at now. */
  async #look(): Promise<Place | undefined> {
    const runtime = await this.steps.take('reach the runtime', () =>
      this.context.connect(this.#run.runtime, this.#run.endpoint),
    )
    if (runtime === undefined) return undefined
    const container = await this.steps.take('find the container', (signal) =>
      this.#find(runtime, signal),
    )
    return container === undefined ? undefined : { runtime, container }
  }

  /** The main container; by label when its id was never written down. `null` when there is none. */
  async #find(runtime: ContainerRuntime, signal: AbortSignal): Promise<Found | null> {
    const { containerId: known, id } = this.#run
    // Who saw it end need not ask.
    if (known !== undefined && this.#options.exit !== undefined)
      return { id: containerId(known), phase: 'exited' }
    if (known !== undefined) return (await runtime.inspect(containerId(known), signal)) ?? null
    const [first] = await runtime.list(selectMain(this.context.homeId, id), signal)
    return first ?? null
  }

  async #halt({ runtime, container }: Place): Promise<void> {
    if (container === null || this.#options.exit !== undefined) return
    this.#endedByItself = container.phase === 'exited' && this.#run.state !== 'stopping'
    if (container.phase === 'exited' || container.phase === 'created') return
    const { graceMs } = this.#options
    await this.steps.take('write down the stop', async () => {
      recordStop(this.#run.id, this.context)
    })
    await this.steps.take(
      'stop the container',
      (signal) => runtime.stop(container.id, { graceMs, signal }),
      graceMs,
    )
  }

  /** Undefined while it is not known that the run is over. */
  async #exitStatus(place: Place | undefined): Promise<ExitStatus | undefined> {
    const { state, exitCode, containerId: known } = this.#run
    const { exit } = this.#options
    if (!isLive(state)) return { exitCode: exitCode ?? 0 }
    if (place === undefined) return exit
    const { runtime, container } = place
    if (exit !== undefined) return this.#withReason(exit, place)
    if (container === null) return known === undefined ? this.#neverRan() : LOST
    return this.steps.take('read the exit code', async (signal) =>
      statusOf(await runtime.inspect(container.id, signal), this.#neverRan()),
    )
  }

  /** Who saw it killed does not know whether its memory ran out. */
  async #withReason(exit: ExitStatus, { runtime, container }: Place): Promise<ExitStatus> {
    if (exit.exitCode !== KILLED || exit.error !== undefined || container === null) return exit
    const status = await this.steps.take('read why it was killed', async (signal) =>
      statusOf(await runtime.inspect(container.id, signal), this.#neverRan()),
    )
    return status?.exitCode === KILLED ? status : exit
  }

  #neverRan(): ExitStatus {
    return { exitCode: this.#options.neverRanCode ?? 125 }
  }

  /** False when there is output that could not be kept. */
  async #keepOutput({ runtime, container }: Place): Promise<boolean> {
    if (container === null || container.phase === 'created') return true
    if (this.#options.discardOutput === true) return true
    const path = this.context.paths.runOutput(this.#run.id)
    const kept = await this.steps.take('keep the output', async (signal) => {
      const options = { follow: false, timestamps: true, tail: KEPT_LINES }
      const chunks = runtime.logs(container.id, options, signal)
      await storeOutput(path, chunks)
      return true
    })
    return kept === true
  }

  /** The background process made them, and may be dead. */
  async #removeSockets(): Promise<void> {
    const { paths } = this.context
    await this.steps.take('remove the sockets', async () => {
      rmSync(paths.egressSocket(this.#run.id), { force: true })
      rmSync(paths.insideSocket(this.#run.id), { force: true })
    })
  }

  /** True when nothing of the run can be running any more. */
  async #removeContainers(runtime: ContainerRuntime): Promise<boolean> {
    const { id, keep, containerId: known } = this.#run
    if (keep && known !== undefined) return false
    const removed = await this.steps.take('remove the container', async (signal) => {
      const left =
        known === undefined
          ? (await runtime.list(selectMain(this.context.homeId, id), signal)).map((one) => one.id)
          : [containerId(known)]
      for (const leftover of left) await runtime.remove(leftover, signal)
      this.context.runs.recordRemoved(id, 'container')
      return true
    })
    return removed === true
  }

  /** Before anything is removed, so that whoever comes after a crash knows how it ended. */
  async #writeEnd(exit: ExitStatus): Promise<boolean> {
    const { audit, runs, clock } = this.context
    const { id, state } = this.#run
    if (!isLive(state)) return true
    const error = this.#options.error ?? exit.error
    // `stopping` in its row: somebody asked, even if another process sees the end first.
    const isRequested = this.#options.requested || this.#run.state === 'stopping'
    const asked = isRequested && !this.#endedByItself
    const failed = error !== undefined || (exit.exitCode !== 0 && !asked)
    const endState = failed ? 'failed' : 'stopped'
    const changes = {
      exitCode: exit.exitCode,
      ...(error === undefined ? {} : { error }),
    }
    const data = { state: endState, requested: asked, ...changes }
    const written = await this.steps.take('write down the end', async () => {
      const end = (): boolean =>
        runs.transition(id, endState, { endedAtMs: clock.now(), ...changes }, () =>
          audit.record(id, { type: 'ended', data }),
        )
      // At once: one that is found stopping was stopped by somebody.
      if (!runs.transition(id, 'stopping', {}, end)) end()
      return true
    })
    return written === true
  }
}
