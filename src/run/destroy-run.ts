import { rmSync } from 'node:fs'
import { UserError } from '../lib/errors.ts'
import { faultPoint } from '../platform/fault-point.ts'
import { isContainerName } from './container-spec-of.ts'
import { endRun } from './end-run.ts'
import type { RunContext } from './run-context.ts'
import { selectRun } from './run-labels.ts'
import type { RunRecord } from './run-record.ts'

/**
 * Ends a run if it has not, then removes its record and everything it left. Idempotent.
 *
 * @returns what could not be removed, in words; the record then stays
 */
export async function destroyRun(
  run: RunRecord,
  context: RunContext,
  { graceMs }: { graceMs: number },
): Promise<readonly string[]> {
  const options = { graceMs, discardOutput: true, requested: true }
  const failures = (await endRun(run.id, context, options))?.failures ?? []
  if (failures.length > 0) return failures
  await removeKept(run, context)
  forgetAudit(run, context)
  rmSync(context.paths.runDir(run.id), { recursive: true, force: true })
  if (globalThis.AGENT_FAULTS) faultPoint(() => 'destroy:folder-removed')
  context.runs.forget(run.id)
  // Whoever still waits for this lock finds no such run.
  rmSync(context.paths.runLock(run.id), { force: true })
  return []
}

/** Before its file goes. On a full disk the file goes all the same: that makes the room to forget the run. */
function forgetAudit({ id }: RunRecord, { audit }: RunContext): void {
  try {
    audit.forget(id)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}

/** A container that `--keep` left behind. */
async function removeKept(run: RunRecord, context: RunContext): Promise<void> {
  const kept = context.runs
    .resources(run.id)
    .filter(({ kind, removedAtMs }) => kind === 'container' && removedAtMs === undefined)
  if (kept.length === 0) return
  const runtime = await context.connect(run.runtime, run.endpoint)
  // Not all that have its labels: an image that was made of it (docker commit) hands them on.
  for (const { id, name } of await runtime.list(selectRun(context.homeId, run.id)))
    if (isContainerName(name, run.id)) await runtime.remove(id)
  context.runs.recordRemoved(run.id, 'container')
}
