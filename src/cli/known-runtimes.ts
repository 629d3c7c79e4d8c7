import { messageOf } from '../lib/errors.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { AppContext } from './app-context.ts'

const DETECT_LIMIT_MS = 10_000

/** The runtimes that runs were on, and those that are here now; `skipped`: in words, which could not be reached. */
export async function knownRuntimes(
  app: AppContext,
  context: RunContext,
  runs: readonly RunRecord[],
): Promise<{ runtimes: readonly ContainerRuntime[]; skipped: readonly string[] }> {
  const found = new Map<string, ContainerRuntime>()
  const skipped: string[] = []
  for (const candidate of await app.runtimes.survey(AbortSignal.timeout(DETECT_LIMIT_MS)))
    if ('found' in candidate) found.set(candidate.found.runtime.endpoint, candidate.found.runtime)
  for (const { runtime, endpoint } of runs) {
    if (found.has(endpoint) || skipped.some((line) => line.includes(endpoint))) continue
    try {
      found.set(endpoint, await context.connect(runtime, endpoint))
    } catch (error) {
      skipped.push(`what is at ${endpoint} is left alone: ${messageOf(error)}`)
    }
  }
  return { runtimes: [...found.values()], skipped }
}
