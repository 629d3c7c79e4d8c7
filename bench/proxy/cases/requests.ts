import { type Bed, type CaseRows, microseconds, millisecondsFine } from '../bed.ts'
import type { PeersRow } from '../peers-table.ts'
import { measureByTurns, numbersOf, type Samples, valuesOf } from '../samples.ts'
import { type Load, loadFully } from '../wrk.ts'

const rateTargets: Readonly<Record<number, string>> = {
  1: '≥ 1 of nginx and HAProxy',
  64: '≥ 1.1 of nginx and HAProxy; ≥ 3 × Caddy, ≥ 5 × portless',
  512: '≥ 1 of nginx and HAProxy; ≥ 3 × Caddy, ≥ 5 × portless',
}

/** Requests per second, processor time and latency at saturation, with so many connections. */
export async function measureRequests(bed: Bed, connections: number): Promise<CaseRows> {
  const { wrk, fleet, loadProcessor, turns } = bed
  const loads = await measureByTurns(fleet.contenders, turns, (contender) =>
    loadFully(wrk, contender, { connections, processor: loadProcessor }),
  )
  const of = `${connections} ${connections === 1 ? 'connection' : 'connections'}`
  return {
    peers: [
      {
        kind: 'measured',
        name: `requests per second, ${of}`,
        target: rateTargets[connections] ?? '',
        unit: { name: '/s', digits: 0 },
        better: 'more',
        samples: numbersOf(loads, (load) => load.requestsPerSecond),
      },
      {
        kind: 'measured',
        name: `processor time per request, ${of}`,
        target: '≤ 0.85 of nginx',
        unit: microseconds,
        better: 'less',
        beside: ['nginx'],
        samples: numbersOf(loads, (load) => load.cpuUsPerRequest),
      },
      {
        kind: 'measured',
        name: `p99 at saturation, ${of}`,
        target: '≤ 1',
        unit: millisecondsFine,
        better: 'less',
        samples: numbersOf(loads, (load) => load.p99Ms),
      },
      errorsOf(loads, of),
    ],
  }
}

function errorsOf(loads: Samples<Load>, of: string): PeersRow {
  const cells = Array.from(loads.keys(), (name) => {
    const errors = valuesOf(loads, name).reduce((sum, load) => sum + load.errors, 0)
    return [name, String(errors)] as const
  })
  return { kind: 'told', name: `errors, ${of}`, target: '0', cells: new Map(cells) }
}
