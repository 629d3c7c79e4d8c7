import { peerKinds } from './bed/peer-kinds.ts'
import { peerPrograms } from './bed/peer-programs.ts'
import { PeerProxy } from './bed/peer-proxy.ts'
import { allCases } from './cases.ts'
import { runSuite, type Verdict } from './run-suite.ts'
import type { Result } from './score.ts'

/** Plays every case against nginx, HAProxy and Caddy, one after the other. */
export async function runPeers(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result[]> {
  const programOf = await peerPrograms(env)
  const results: Result[] = []
  for (const kind of peerKinds) {
    await using proxy = await PeerProxy.start(kind, programOf(kind), allCases.length)
    const verdicts = await runSuite(allCases, (index) => proxy.openLane(index))
    results.push({ name: proxy.name, version: proxy.version, problems: problemsIn(verdicts) })
  }
  return results
}

/** The problems of a run by the id of their case. */
export function problemsIn(verdicts: readonly Verdict[]): Map<string, string> {
  return new Map(
    verdicts.flatMap(({ id, problem }) => (problem === undefined ? [] : [[id, problem] as const])),
  )
}
