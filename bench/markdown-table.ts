import type { Estimate, PairedEstimate } from './statistics.ts'

/** What a row's numbers are; in milliseconds with one digit where a row does not say. */
export type Unit = { name: string; digits: number }

/** One row: two programs side by side, or why there was nothing to compare. */
export type ComparisonRow = { name: string; ours: string; theirs: string; unit?: Unit } & (
  | { kind: 'measured'; estimate: PairedEstimate; pairs: number }
  | { kind: 'skipped'; reason: string }
)

const milliseconds: Unit = { name: 'ms', digits: 1 }

/** A table of medians with 95 % intervals; the ratio is ours to theirs. */
export function comparisonTable(rows: readonly ComparisonRow[]): string {
  const header = ['', 'ours', '', 'theirs', '', 'ratio', 'pairs']
  const cells = rows.map((row) => {
    const [ours, theirs] = [`\`${row.ours}\``, `\`${row.theirs}\``]
    if (row.kind === 'skipped') return [row.name, ours, 'skipped', theirs, row.reason, '', '']
    const { estimate, pairs, unit = milliseconds } = row
    return [
      row.name,
      ours,
      `${shown(estimate.ours, unit.digits)} ${unit.name}`,
      theirs,
      `${shown(estimate.theirs, unit.digits)} ${unit.name}`,
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
