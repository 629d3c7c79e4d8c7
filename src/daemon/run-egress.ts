import type { EgressPolicy } from '../egress/egress-policy.ts'
import { type EgressOptions, serveEgress } from '../egress/serve-egress.ts'
import { networkOfPlan, type PlannedNetwork } from '../run/planned-network.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { lineOfEgress } from './access-line.ts'
import type { AccessLog } from './access-log.ts'

/** Serves what leaves a run under the network policy of its plan, and notes it in the run's access log. */
export function runEgress(
  { clock }: RunContext,
  access: AccessLog,
): (run: RunRecord, place: EgressOptions['place']) => Promise<AsyncDisposable> {
  return ({ id, plan }, place) => {
    const policy = policyOf(networkOfPlan(plan))
    return serveEgress({
      place,
      policy: () => policy,
      clock,
      onAccess: (entry) => access.add(id, () => lineOfEgress(entry)),
    })
  }
}

function policyOf({ policy, allow }: PlannedNetwork): EgressPolicy {
  if (policy === 'permissive') return { kind: 'permissive' }
  const hosts = allow.map(({ host, port }) => (port === undefined ? { host } : { host, port }))
  return { kind: 'strict', allow: hosts }
}
