import type { Fleet } from './fleet.ts'
import type { Place } from './contender.ts'
import type { PeersRow } from './peers-table.ts'
import type { ComparisonRow } from '../markdown-table.ts'
import type { Program } from './tools.ts'

/** What a case measures with. */
export type Bed = {
  agent: string
  wrk: Program
  fleet: Fleet
  /** Fresh ones of all, in a folder of this name. */
  startFleet: (name: string) => Promise<Fleet>
  /** Where further servers of ours are started; `processor` is the one of the proxies. */
  place: Place
  /** The processor of whatever is not a proxy. */
  loadProcessor: number
  turns: number
  isQuick: boolean
}

/** Rows beside the other proxies, and rows of two servers of ours. */
export type CaseRows = { peers?: PeersRow[]; own?: ComparisonRow[] }

export type ProxyCase = { name: string; measure: (bed: Bed) => Promise<CaseRows> }

export const millisecondsFine = { name: 'ms', digits: 3 } as const
export const microseconds = { name: 'µs', digits: 1 } as const
