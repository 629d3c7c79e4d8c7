import { messageOf } from '../../src/lib/errors.ts'
import type { Unit } from '../markdown-table.ts'
import { type Estimate, median, type Pair, pairedEstimate } from '../statistics.ts'
import { type Samples, valuesOf } from './samples.ts'

/** Of those measured at every turn. */
const closePeers = ['nginx', 'HAProxy']

/** One row: what was measured of all contenders, or words for each. */
export type PeersRow = { name: string; target: string } & (
  | {
      kind: 'measured'
      unit: Unit
      /** Absent: there is nothing to compare. */
      better?: 'more' | 'less'
      /** Whom ours is compared with; absent: the better one of nginx and HAProxy. */
      beside?: readonly string[]
      samples: Samples<number>
    }
  | { kind: 'told'; cells: ReadonlyMap<string, string> }
)

/** A table of medians with 95 % intervals, and of the ratio of ours to the best of `peers`. */
export function peersTable(rows: readonly PeersRow[], names: readonly string[]): string {
  const header = ['', ...names, 'ours to the best', 'target']
  const cells = rows.map((row) => [
    row.name,
    ...names.map((name) => cellOf(row, name)),
    ratioToBest(row),
    row.target,
  ])
  return [header, header.map(() => '---'), ...cells]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n')
}

function cellOf(row: PeersRow, name: string): string {
  if (row.kind === 'told') return row.cells.get(name) ?? '–'
  const values = valuesOf(row.samples, name)
  const failure = row.samples.get(name)?.failure
  if (values.length === 0) return failure === undefined ? '–' : messageOf(failure)
  const { ours } = pairedEstimate(values.map((value): Pair => [value, value]))
  return `${shown(ours, row.unit.digits)} ${row.unit.name}`
}

function ratioToBest(row: PeersRow): string {
  if (row.kind !== 'measured' || row.better === undefined) return ''
  const { samples, better, beside = closePeers } = row
  const ours = samples.get('ours')
  const peers = beside.filter((name) => valuesOf(samples, name).length > 0)
  const sign = better === 'more' ? -1 : 1
  const rank = (name: string): number => sign * median(valuesOf(samples, name))
  const [best] = peers.toSorted((a, b) => rank(a) - rank(b))
  if (ours === undefined || best === undefined) return '–'
  const pairs = Array.from(samples.get(best)?.values ?? [], ([turn, theirs]): Pair | undefined => {
    const own = ours.values.get(turn)
    return own === undefined ? undefined : [own, theirs]
  }).filter((pair) => pair !== undefined)
  return `${shown(pairedEstimate(pairs).ratio, 2)} × ${best}`
}

function shown({ value, low, high }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}
