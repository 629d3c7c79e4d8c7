import { networkOfPlan } from './planned-network.ts'
import { dockerOfPlan } from './planned-docker.ts'
import type { RunRecord } from './run-record.ts'
import { SHARED_NETWORK } from './shared-network.ts'

/** The network of a run that does not share one: it has containers beside its main one, or a strict policy. */
export function ownNetworkName(runId: string): string {
  return `agentops-${runId}`
}

/** The network that the containers of a run are on. */
export function networkOf(run: Pick<RunRecord, 'id' | 'plan' | 'runtime'>): string {
  const isOwn = dockerOfPlan(run.plan)?.mode === 'dind' || isOnClosedNetwork(run)
  return isOwn ? ownNetworkName(run.id) : SHARED_NETWORK
}

/** True for a run on a network of its own that is closed but for what we answer there (network.policy: strict). */
export function isOnClosedNetwork({ plan, runtime }: Pick<RunRecord, 'plan' | 'runtime'>): boolean {
  return runtime !== 'embedded' && networkOfPlan(plan).policy === 'strict'
}
