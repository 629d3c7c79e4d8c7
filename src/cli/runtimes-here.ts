import { messageOf } from '../lib/errors.ts'
import { untilAborted } from '../lib/until-aborted.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { DetectedRuntime, RuntimeCandidate } from '../runtime/runtime-directory.ts'

/** Connections by endpoint, and why there is none, in words, for each endpoint that runs were on. */
export type RuntimesHere = {
  runtimes: readonly ContainerRuntime[]
  failures: readonly { endpoint: string; reason: string }[]
}

/** Those that were found here, and those that runs of ours were on. */
export async function runtimesHere(
  found: readonly DetectedRuntime[],
  runs: readonly Pick<RunRecord, 'runtime' | 'endpoint'>[],
  { connect, signal }: Pick<RunContext, 'connect'> & { signal: AbortSignal },
): Promise<RuntimesHere> {
  const runtimes = new Map<string, ContainerRuntime>()
  for (const { runtime } of found) runtimes.set(runtime.endpoint, runtime)
  const others = new Map(runs.map((run) => [run.endpoint, run.runtime]))
  const failures: { endpoint: string; reason: string }[] = []
  for (const [endpoint, kind] of others) {
    if (runtimes.has(endpoint)) continue
    try {
      runtimes.set(endpoint, await untilAborted(connect(kind, endpoint), signal))
    } catch (error) {
      failures.push({ endpoint, reason: signal.aborted ? 'no answer in time' : messageOf(error) })
    }
  }
  return { runtimes: [...runtimes.values()], failures }
}

/** Those of a survey that answered. */
export function foundAmong(candidates: readonly RuntimeCandidate[]): DetectedRuntime[] {
  return candidates.flatMap((candidate) => ('found' in candidate ? candidate.found : []))
}
