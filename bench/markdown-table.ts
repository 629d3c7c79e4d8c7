import type { Estimate, PairedEstimate } from './statistics.ts'

/** One row: two programs side by side, or why there was nothing to compare. */
export type ComparisonRow = { name: string; ours: string; theirs: string } & (
  | { kind: 'measured'; estimate: PairedEstimate; pairs: number }
  | { kind: 'skipped'; reason: string }
)

/** A table of medians with 95 % intervals, in milliseconds; a ratio below 1 means ours is faster. */
export function comparisonTable(rows: readonly ComparisonRow[]): string {
  const header = ['', 'ours', 'ms', 'theirs', 'ms', 'ratio', 'pairs']
  const cells = rows.map((row) => {
    const [ours, theirs] = [`\`${row.ours}\``, `\`${row.theirs}\``]
    if (row.kind === 'skipped') return [row.name, ours, 'skipped', theirs, row.reason, '', '']
    const { estimate, pairs } = row
    return [
      row.name,
      ours,
      shown(estimate.ours, 1),
      theirs,
      shown(estimate.theirs, 1),
      shown(estimate.ratio, 2),
      String(pairs),
    ]
  })
  return [header, header.map(() => '---'), ...cells]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n')
}

function shown({ value, low, high }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}
