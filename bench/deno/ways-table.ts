import type { Unit } from '../markdown-table.ts'
import { type Estimate, type Pair, pairedEstimate } from '../statistics.ts'

/** What was measured of each way, turn by turn: the compiled program first. */
export type WaysRow = { name: string; unit: Unit; compiled: readonly number[]; others: number[][] }

/** A table of medians with 95 % intervals; each ratio is to the compiled program of the same turns. */
export function waysTable(names: readonly string[], rows: readonly WaysRow[]): string {
  const header = ['', 'compiled', ...names.flatMap((name) => [name, 'ratio']), 'turns']
  const cells = rows.map(({ name, unit, compiled, others }) => {
    const estimates = others.map((values) => pairedEstimate(pairsOf(values, compiled)))
    const inUnit = (estimate: Estimate): string => `${shown(estimate, unit.digits)} ${unit.name}`
    const first = estimates[0] === undefined ? '' : inUnit(estimates[0].theirs)
    const beside = estimates.flatMap(({ ours, ratio }) => [inUnit(ours), shown(ratio, 2)])
    return [name, first, ...beside, String(compiled.length)]
  })
  return [header, header.map(() => '---'), ...cells]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n')
}

function pairsOf(values: readonly number[], compiled: readonly number[]): Pair[] {
  return compiled.map((theirs, turn) => [values[turn] ?? Number.NaN, theirs])
}

function shown({ value, low, high }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}
