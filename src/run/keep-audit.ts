import type { EndSteps } from './end-steps.ts'
import type { RunContext } from './run-context.ts'

/** Moves a run's last entries to its audit log; not of one that is destroyed, which a full disk is no reason to keep. */
export async function keepAudit(
  steps: EndSteps,
  { audit }: Pick<RunContext, 'audit'>,
  runId: string,
  { discardOutput }: { discardOutput?: boolean },
): Promise<void> {
  if (discardOutput === true) return
  await steps.take('keep the audit log', async () => audit.flush(runId))
}
