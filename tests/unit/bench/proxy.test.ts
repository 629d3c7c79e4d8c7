import { describe, expect, test } from 'bun:test'
import { ResponseEnd } from '../../../bench/proxy/exchange.ts'
import { quantile } from '../../../bench/proxy/paced-load.ts'
import { type PeersRow, peersTable } from '../../../bench/proxy/peers-table.ts'
import { parseLoad } from '../../../bench/proxy/wrk.ts'

const loaded = `Running 1s test @ http://127.0.0.1:9102/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.93ms    2.11ms  40.11ms   91.31%
    Req/Sec    22.71k     2.70k   26.05k    80.00%
  Latency Distribution
     50%    2.54ms
     99%   12.10ms
  22610 requests in 1.00s, 26.56MB read
  Socket errors: connect 1, read 2, write 0, timeout 3
  Non-2xx or 3xx responses: 4
Requests/sec:  22547.81
Transfer/sec:     26.49MB
`

describe('what wrk prints', () => {
  test('is read with its unit, and all errors together', () => {
    expect(parseLoad(loaded, 45_220)).toEqual({
      requestsPerSecond: 22547.81,
      cpuUsPerRequest: 2,
      p99Ms: 12.1,
      errors: 10,
    })
    expect(parseLoad(loaded.replace('12.10ms', '980.00us'), 1).p99Ms).toBeCloseTo(0.98)
  })

  test('must be understood', () => {
    expect(() => parseLoad('unable to connect', 1)).toThrow('not understood')
  })
})

test('the end of a response is found wherever it is cut', () => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const response = new ResponseEnd()
    expect(response.isAfter(bytes.subarray(0, cut))).toBe(false)
    expect(response.isAfter(bytes.subarray(cut))).toBe(true)
    expect(response.status).toBe('200')
  }
})

test('a quantile is one of the values', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(3)
  expect(quantile([1], 0.99)).toBe(1)
})

/** What was measured of one contender. */
type Sample = { values: ReadonlyMap<number, number>; failure: unknown }

function sampleOf(...values: number[]): Sample {
  return { values: new Map(values.entries()), failure: undefined }
}

const row: PeersRow = {
  kind: 'measured',
  name: 'requests',
  target: '≥ 1',
  unit: { name: '/s', digits: 0 },
  better: 'more',
  samples: new Map<string, Sample>([
    ['ours', sampleOf(30, 30, 30)],
    ['nginx', sampleOf(10, 10, 10)],
    ['HAProxy', sampleOf(20, 20)],
    ['portless', { values: new Map<number, number>(), failure: new Error('it ended') }],
  ]),
}

function ratioIn(shown: PeersRow): string | undefined {
  return peersTable([shown], ['ours']).split(' | ').at(-2)
}

describe('a table of peers', () => {
  test('compares with the better one, by the turns that both have', () => {
    const [, , line] = peersTable([row], ['ours', 'nginx', 'HAProxy', 'portless']).split('\n')
    expect(line).toBe(
      '| requests | 30 (30–30) /s | 10 (10–10) /s | 20 (20–20) /s | it ended | 1.50 (1.50–1.50) × HAProxy | ≥ 1 |',
    )
  })

  test('takes the lower one where less is better, and whom it is told', () => {
    expect(ratioIn({ ...row, better: 'less' })).toBe('3.00 (3.00–3.00) × nginx')
    expect(ratioIn({ ...row, beside: ['nginx'] })).toBe('3.00 (3.00–3.00) × nginx')
  })
})
