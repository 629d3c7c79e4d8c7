import { byText } from '../../src/lib/by-text.ts'

/** How many tests had which outcome. */
export type TestCounts = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const noTests: TestCounts = { passed: 0, failed: 0, skipped: 0 }

export function addCounts(left: TestCounts, right: TestCounts): TestCounts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  }
}

/** One failed test, and the first lines of what it said. */
export type TestFailure = {
  readonly name: string
  readonly file: string
  readonly reason: readonly string[]
}

/** One skipped test and why, as tests/engine/test-engine.ts notes it. */
export type NotedSkip = { readonly reason: string; readonly needsEngine: boolean }

/** Reads the noted skips: one JSON object a line. A line that is something else is passed over: it is counted as unexplained. */
export function parseNotedSkips(text: string): NotedSkip[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return []
    try {
      const value: unknown = JSON.parse(line)
      return isNotedSkip(value) ? [value] : []
    } catch {
      return []
    }
  })
}

/** What all levels together came to. */
export type TestOutcome = {
  readonly levels: ReadonlyMap<string, TestCounts>
  readonly skips: readonly NotedSkip[]
  readonly failures: readonly TestFailure[]
  /** What failed beside tests. */
  readonly problems: readonly string[]
}

function isNotedSkip(value: unknown): value is NotedSkip {
  if (typeof value !== 'object' || value === null) return false
  if (!('reason' in value) || !('needsEngine' in value)) return false
  return typeof value.reason === 'string' && typeof value.needsEngine === 'boolean'
}

/**
 * The last lines of a run: one per level where there are several, one per reason for skipping, what failed and why, one per
 * problem that is no test, then the totals alone.
 */
export function summaryLines({ levels, skips, failures, problems }: TestOutcome): string[] {
  const counts = [...levels.values()].reduce(addCounts, noTests)
  const failed = counts.failed + problems.length
  const perReason = new Map<string, number>()
  for (const { reason } of skips) perReason.set(reason, (perReason.get(reason) ?? 0) + 1)
  const unexplained = counts.skipped - skips.length
  if (unexplained > 0) perReason.set('no reason noted', unexplained)
  const reasons = [...perReason].sort(byText(([name]) => name))
  return [
    ...(levels.size > 1 ? [...levels].map(([level, each]) => `${level}: ${inWords(each)}`) : []),
    ...reasons.map(([reason, count]) => `skipped ${count}: ${reason}`),
    ...failures.flatMap(({ name, file, reason }) => [
      `failed: ${file}: ${name}`,
      ...reason.map((line) => `  ${line}`),
    ]),
    ...problems.map((problem) => `failed: ${problem}`),
    inWords({ ...counts, failed }),
  ]
}

function inWords({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
