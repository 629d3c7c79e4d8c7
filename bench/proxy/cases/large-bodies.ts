import type { Bed, CaseRows } from '../bed.ts'
import { Connection } from '../connection.ts'
import type { Contender } from '../contender.ts'
import { exchange, requestBytes } from '../exchange.ts'
import type { PeersRow } from '../peers-table.ts'
import { measureByTurns, numbersOf, type Samples } from '../samples.ts'
import { largeBytes } from '../upstreams.ts'

const mebibyte = 1024 * 1024
const memory = { name: 'MB', digits: 1 } as const

type Direction = 'down' | 'up'
/** Bytes per second, processor time, and resident memory at most and at last, less what it was before. */
type Passed = { perSecond: number; cpuUs: number; peakBytes: number; keptBytes: number }

/** 64 MB in either direction. */
export async function measureLargeBodies({ fleet, turns }: Bed): Promise<CaseRows> {
  const body = Buffer.alloc(largeBytes)
  const rows: PeersRow[] = []
  for (const direction of ['down', 'up'] as const) {
    const passed = await measureByTurns(fleet.contenders, turns, (contender) =>
      passOne(contender, direction, body),
    )
    rows.push(...rowsOf(direction, passed))
  }
  return { peers: rows }
}

async function passOne(contender: Contender, direction: Direction, body: Buffer): Promise<Passed> {
  const { server } = contender
  using connection = await Connection.open(server.port)
  server.forgetPeak()
  const [residentBytes, cpuUs, started] = [
    server.residentBytes(),
    server.cpuUs(),
    Bun.nanoseconds(),
  ]
  if (direction === 'down')
    await exchange(connection, requestBytes(contender.host('web'), 'GET /large'))
  else {
    const fields = `Content-Length: ${body.length}\r\n`
    await exchange(connection, requestBytes(contender.host('live'), 'POST /', fields), body)
  }
  const seconds = (Bun.nanoseconds() - started) / 1e9
  return {
    perSecond: largeBytes / seconds,
    cpuUs: server.cpuUs() - cpuUs,
    peakBytes: server.residentBytes('peak') - residentBytes,
    keptBytes: server.residentBytes() - residentBytes,
  }
}

function rowsOf(direction: Direction, passed: Samples<Passed>): PeersRow[] {
  return [
    {
      kind: 'measured',
      name: `64 MB ${direction}`,
      target: '≥ 0.9 of nginx',
      unit: { name: 'MB/s', digits: 0 },
      better: 'more',
      beside: ['nginx'],
      samples: numbersOf(passed, ({ perSecond }) => perSecond / mebibyte),
    },
    {
      kind: 'measured',
      name: `processor time of 64 MB ${direction}`,
      target: '',
      unit: { name: 'ms', digits: 1 },
      better: 'less',
      samples: numbersOf(passed, ({ cpuUs }) => cpuUs / 1000),
    },
    {
      kind: 'measured',
      name: `memory while 64 MB go ${direction}, beyond before`,
      target: '',
      unit: memory,
      samples: numbersOf(passed, ({ peakBytes }) => peakBytes / mebibyte),
    },
    {
      kind: 'measured',
      name: `memory after 64 MB ${direction}, beyond before`,
      target: '< 2 MB',
      unit: memory,
      samples: numbersOf(passed, ({ keptBytes }) => keptBytes / mebibyte),
    },
  ]
}
