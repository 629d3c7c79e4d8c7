import type { Level } from './citations/citation.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** What one proxy does: for each case that it fails, by its id, what was seen instead. */
export type Result = {
  readonly name: string
  readonly version: string
  readonly problems: ReadonlyMap<string, string>
}

export const levels: readonly Level[] = ['MUST', 'SHOULD', 'OUGHT']

/** How many cases of a level a proxy passes, and of how many. */
export function score(
  cases: readonly ConformanceCase[],
  { problems }: Pick<Result, 'problems'>,
  level: Level,
): { passed: number; total: number } {
  const ofLevel = cases.filter(({ cites }) => cites.level === level)
  return { passed: ofLevel.filter(({ id }) => !problems.has(id)).length, total: ofLevel.length }
}

/** The score of every proxy, as a table in Markdown. */
export function scoreTable(cases: readonly ConformanceCase[], results: readonly Result[]): string {
  const rows = results.map((result) => {
    const cells = levels.map((level) => {
      const { passed, total } = score(cases, result, level)
      return `${passed} of ${total}`
    })
    return [`${result.name} ${result.version}`.trim(), ...cells]
  })
  return table([['', ...levels], ...rows])
}

/** Rows as a table in Markdown; the first one is its head. */
export function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
