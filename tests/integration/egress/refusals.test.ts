import { describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import {
  ask,
  egressBed,
  listenOutside,
  OUTSIDE_ADDRESS,
  outsideTest,
  rawClient,
} from './egress-bed.ts'

describe('what is refused', () => {
  test.each([
    'localhost:80',
    'a.localhost.:80',
    '127.0.0.1:80',
    '0x7f.1:80',
    '2130706433:80',
    '0177.0.0.1:80',
    '[::1]:80',
    '[::]:80',
    '[::ffff:127.0.0.1]:80',
    '[64:ff9b::7f00:1]:80',
    '[2002:7f00:1::]:80',
    '169.254.169.254:80',
    '0.0.0.0:80',
    '10.1.1.1:80',
  ])('%s', async (target) => {
    await using bed = await egressBed({ hostAddresses: () => ['10.1.1.1'] })
    for (const line of [`CONNECT ${target} HTTP/1.1`, `GET http://${target}/ HTTP/1.1`]) {
      using client = rawClient(bed.socketPath)
      client.socket.write(ask(line))
      const answer = await client.ended()
      expect(answer).toStartWith('HTTP/1.1 403 Forbidden\r\nX-Agent-Egress: refused')
    }
  })

  outsideTest('a name whose address changes after the check', async () => {
    let calls = 0
    await using bed = await egressBed({
      resolve: async () => [{ address: calls++ === 0 ? OUTSIDE_ADDRESS : '127.0.0.1', family: 4 }],
    })
    await using server = await listenOutside(createServer((socket) => void socket.end('public')))
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(`CONNECT o.test:${server.port} HTTP/1.1`))
    await client.until('public')
    expect(calls).toBe(1)
    using second = rawClient(bed.socketPath)
    second.socket.write(ask(`CONNECT o.test:${server.port} HTTP/1.1`))
    expect(await second.ended()).toContain('by its address 127.0.0.1 loopback')
  })

  test('what a strict policy does not name, with the line to add', async () => {
    await using bed = await egressBed()
    bed.setPolicy({ kind: 'strict', allow: [{ host: '*.good.test', port: 443 }] })
    using client = rawClient(bed.socketPath)
    client.socket.write(ask('CONNECT bad.test:443 HTTP/1.1'))
    expect(await client.ended()).toContain('network.allow: [bad.test:443]')
  })

  test.each([
    ['CONNECT a HTTP/1.1', 400],
    ['GET / HTTP/1.1', 400],
    ['GET https://a/ HTTP/1.1', 400],
    ['GET http://1.2.3.999/ HTTP/1.1', 400],
    ['TRACE http://a.test/ HTTP/1.1', 405],
    ['nonsense', 400],
  ])('%s is %d', async (line, status) => {
    await using bed = await egressBed()
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(line))
    expect(await client.until('agent: refused')).toStartWith(`HTTP/1.1 ${status} `)
  })

  outsideTest('a name without an address and a port nobody listens on are 502', async () => {
    await using bed = await egressBed({
      resolve: async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    })
    using client = rawClient(bed.socketPath)
    client.socket.write(ask('CONNECT none.test:443 HTTP/1.1'))
    expect(await client.ended()).toContain('none.test:443: no such host name')
    using second = rawClient(bed.socketPath)
    second.socket.write(ask(`CONNECT ${OUTSIDE_ADDRESS}:1 HTTP/1.1`))
    expect(await second.ended()).toContain('502 Bad Gateway')
  })
})
