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

/**
 * Reads the totals of a JUnit report of `bun test` or `deno test`: the attributes of its root, which does not say on Deno
 * how many were skipped. Undefined when it is no such report.
 */
export function countsInJunit(report: string): TestCounts | undefined {
  const root = /<testsuites\b[^>]*>/.exec(report)?.[0]
  if (root === undefined) return undefined
  const number = (name: string): number | undefined => {
    const digits = new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1]
    return digits === undefined ? undefined : Number(digits)
  }
  const [tests, failed] = [number('tests'), number('failures')]
  if (tests === undefined || failed === undefined) return undefined
  const skipped = number('skipped') ?? report.match(/<skipped\b/g)?.length ?? 0
  return { passed: tests - failed - skipped, failed, skipped }
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

function isNotedSkip(value: unknown): value is NotedSkip {
  if (typeof value !== 'object' || value === null) return false
  if (!('reason' in value) || !('needsEngine' in value)) return false
  return typeof value.reason === 'string' && typeof value.needsEngine === 'boolean'
}

/**
 * The last lines of a run: one per level where there are several, one per reason for skipping, one per problem that is no
 * test, then the totals alone.
 */
export function summaryLines(
  levels: ReadonlyMap<string, TestCounts>,
  skips: readonly NotedSkip[],
  problems: readonly string[],
): string[] {
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
    ...problems.map((problem) => `failed: ${problem}`),
    inWords({ ...counts, failed }),
  ]
}

function inWords({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
