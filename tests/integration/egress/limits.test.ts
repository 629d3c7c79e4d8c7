import { describe, expect, test } from 'bun:test'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { ACCEPTED_MAX, CONNECTIONS_MAX } from '../../../src/egress/limits.ts'
import {
  ask,
  type Client,
  echoingOrigin,
  egressBed,
  listenOutside,
  OUTSIDE_ADDRESS,
  outsideTest,
  rawClient,
} from './egress-bed.ts'

/** Sends until nobody takes more for a while; how many bytes went out. */
async function floodUntilStalled(socket: Socket, mostBytes: number): Promise<number> {
  const piece = Buffer.alloc(64 * 1024)
  let sent = 0
  const more = (): void => {
    while (sent < mostBytes) {
      sent += piece.length
      if (!socket.write(piece)) return void socket.once('drain', more)
    }
  }
  more()
  for (let before = -1; before !== sent;) {
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  return sent
}

describe('an origin that does not read', () => {
  outsideTest.each(['CONNECT', 'POST'])('holds the sender of a %s back', async (method) => {
    await using bed = await egressBed()
    const silent = createServer(
      { pauseOnConnect: true },
      (socket) => void socket.on('error', () => undefined),
    )
    await using server = await listenOutside(silent)
    using client = rawClient(bed.socketPath)
    const at = `o.test:${server.port}`
    const line = method === 'POST' ? `POST http://${at}/ HTTP/1.1` : `CONNECT ${at} HTTP/1.1`
    client.socket.write(ask(line, method === 'POST' ? 'Content-Length: 300000000\r\n' : ''))
    if (method === 'CONNECT') await client.until('200')
    const rssBefore = process.memoryUsage.rss()
    expect(await floodUntilStalled(client.socket, 300e6)).toBeLessThan(40e6)
    expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(60e6)
  })

  outsideTest('may answer before the request is complete', async () => {
    await using bed = await egressBed()
    const early = createHttpServer((_request, response) => {
      response.writeHead(413, { Connection: 'close' }).end('too large')
    })
    await using server = await listenOutside(early)
    using client = rawClient(bed.socketPath)
    client.socket.write(
      ask(`POST http://o.test:${server.port}/ HTTP/1.1`, 'Content-Length: 90000\r\n', 'x'),
    )
    await client.until('too large')
  })
})

describe('answers of an origin', () => {
  outsideTest.each([
    [
      'chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n',
      'de',
    ],
    ['until the end', 'HTTP/1.0 200 OK\r\n\r\nabcde', 'abcde'],
    [
      'with a hint before',
      'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'ok',
    ],
    ['that are no HTTP', 'SSH-2.0-x\r\n\r\n', '502 Bad Gateway'],
    [
      'of two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      '502 Bad Gateway',
    ],
  ])('%s', async (_name, answer, expected) => {
    await using bed = await egressBed()
    const raw = createServer((socket) => void socket.once('data', () => socket.end(answer)))
    await using server = await listenOutside(raw)
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(`GET http://o.test:${server.port}/ HTTP/1.1`))
    expect(await client.until(expected)).not.toContain('Early')
  })

  outsideTest('cut short are cut short for the run, too', async () => {
    const logged = Promise.withResolvers<unknown>()
    await using bed = await egressBed({ onAccess: logged.resolve })
    const cut = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'))
    })
    await using server = await listenOutside(cut)
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(`GET http://o.test:${server.port}/ HTTP/1.1`))
    expect(await client.ended()).toContain('Content-Length: 9')
    expect(await logged.promise).toMatchObject({ outcome: 'failed', status: 200 })
  })
})

outsideTest('the connection after the last allowed one gets 503', async () => {
  await using bed = await egressBed()
  await using server = await listenOutside(
    createServer((socket) => void socket.on('error', () => undefined)),
  )
  const clients = Array.from({ length: CONNECTIONS_MAX }, () => rawClient(bed.socketPath))
  const connect = ask(`CONNECT o.test:${server.port} HTTP/1.1`)
  await Promise.all(
    clients.map((client) => {
      client.socket.write(connect)
      return client.until('200')
    }),
  )
  for (const line of [connect, ask(`GET http://o.test:${server.port}/ HTTP/1.1`)]) {
    using one = rawClient(bed.socketPath)
    one.socket.write(line)
    expect(await one.until('at the same time')).toStartWith('HTTP/1.1 503 ')
  }
  for (const client of clients) client[Symbol.dispose]()
})

test('connections that say nothing are closed once there are too many, until others end', async () => {
  await using bed = await egressBed()
  const idle: Client[] = []
  while (idle.length < ACCEPTED_MAX) {
    // The kernel queues some hundreds of connections that are not accepted yet.
    const some = Array.from({ length: 128 }, () => rawClient(bed.socketPath))
    idle.push(...some)
    await Promise.all(some.map(({ socket }) => once(socket, 'connect')))
  }
  using extra = rawClient(bed.socketPath)
  expect(await extra.ended()).toBe('')
  for (const client of idle.slice(0, 8)) client[Symbol.dispose]()
  // The ends of those and the next connection are seen in any order.
  let answer = ''
  while (answer === '') {
    using next = rawClient(bed.socketPath)
    next.socket.write('nonsense\r\n\r\n')
    answer = await next.ended()
  }
  expect(answer).toStartWith('HTTP/1.1 400 ')
  for (const client of idle) client[Symbol.dispose]()
})

outsideTest(
  'a connection without a whole request head is ended, one with a head is not',
  async () => {
    await using bed = await egressBed({ headLimitMs: 300 })
    await using server = await listenOutside(echoingOrigin())
    using idle = rawClient(bed.socketPath)
    using begun = rawClient(bed.socketPath)
    using tunnel = rawClient(bed.socketPath)
    using upload = rawClient(bed.socketPath)
    begun.socket.write('GET http://o.test/ HTT')
    const target = `o.test:${server.port}`
    tunnel.socket.write(ask(`CONNECT ${target} HTTP/1.1`))
    upload.socket.write(ask(`POST http://${target}/ HTTP/1.1`, 'Content-Length: 4\r\n', 'ab'))
    for (const client of [idle, begun]) {
      const answer = await client.ended()
      expect(answer).toStartWith('HTTP/1.1 408 ')
      expect(answer).toContain('no whole request came in time')
    }
    upload.socket.write('cd')
    expect(await upload.until('"bytes":4')).toStartWith('HTTP/1.1 200 ')
    tunnel.socket.write(ask('GET / HTTP/1.1'))
    await tunnel.until('"bytes":0')
  },
)

outsideTest('closing ends tunnels and requests that wait', async () => {
  const bed = await egressBed()
  await using server = await listenOutside(
    createServer((socket) => void socket.on('error', () => undefined)),
  )
  using tunnel = rawClient(bed.socketPath)
  using request = rawClient(bed.socketPath)
  tunnel.socket.write(ask(`CONNECT o.test:${server.port} HTTP/1.1`))
  request.socket.write(ask(`GET http://o.test:${server.port}/ HTTP/1.1`))
  await tunnel.until('200')
  await bed[Symbol.asyncDispose]()
  await tunnel.ended()
  await request.ended()
})

outsideTest(
  'an address that refuses is passed over for the next, one that is forbidden as well',
  async () => {
    await using bed = await egressBed({
      resolve: async () => [
        { address: '127.0.0.1', family: 4 },
        { address: `::ffff:${OUTSIDE_ADDRESS}`, family: 6 },
        { address: OUTSIDE_ADDRESS, family: 4 },
      ],
    })
    await using server = await listenOutside(createServer((socket) => void socket.end('here')))
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(`CONNECT o.test:${server.port} HTTP/1.1`))
    await client.until('here')
  },
)
