import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { execFile, execFileSync } from 'node:child_process'

import { statSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import type { EgressAccess } from '../../../src/egress/egress-context.ts'
import { egressBed, listenPublic, PUBLIC_ADDRESS, rawClient, tcpRelay } from './egress-bed.ts'

const run = promisify(execFile)

beforeAll(() => {
  execFileSync('ip', ['address', 'replace', `${PUBLIC_ADDRESS}/32`, 'dev', 'lo'])
})
afterAll(() => {
  execFileSync('ip', ['address', 'del', `${PUBLIC_ADDRESS}/32`, 'dev', 'lo'])
})

const origin = () =>
  createHttpServer((request, response) => {
    if (request.url === '/reset') return void request.socket.destroy()
    if (request.url === '/cookies')
      return void response.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end('c')
    if (request.url === '/nothing') return void response.writeHead(204).end()
    let bytes = 0
    request.on('data', (piece: Buffer) => (bytes += piece.length))
    request.on('end', () => {
      const { method, url, rawHeaders } = request
      response.end(JSON.stringify({ method, url, bytes, fields: rawHeaders.join('|') }))
    })
  })

const ask = (line: string, fields = '', body = '') =>
  `${line}\r\nHost: wrong\r\n${fields}\r\n${body}`

describe('plain HTTP', () => {
  test('goes to the origin with its own Host and path, without what belongs to the hop', async () => {
    await using bed = await egressBed()
    await using server = await listenPublic(origin())
    using client = rawClient(bed.socketPath)
    const at = `http://Origin.test:${server.port}`
    client.socket.write(
      ask(
        `GET ${at}/a?q=1 HTTP/1.1`,
        'Proxy-Connection: keep-alive\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-A: 1\r\n',
      ),
    )
    const first = await client.until('}')
    expect(first).toStartWith('HTTP/1.1 200 OK\r\n')
    expect(first).toContain('"url":"/a?q=1"')
    expect(first).toContain(`"fields":"Host|origin.test:${server.port}|X-A|1|Connection|close"`)
    client.socket.write(
      ask(`POST ${at}/b HTTP/1.1`, 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n'),
    )
    expect(await client.until('"bytes":3')).toContain('Transfer-Encoding|chunked')
    client.socket.write(ask(`POST ${at}/c HTTP/1.1`, 'Content-Length: 4\r\n', 'abcd'))
    await client.until('"bytes":4')
    client.socket.write(ask(`GET ${at}/cookies HTTP/1.1`))
    await client.until('Set-Cookie: a=1\r\nSet-Cookie: b=2')
    client.socket.write(ask(`GET ${at}/nothing HTTP/1.1`))
    await client.until('204 No Content')
    expect(bed.accesses[0]).toMatchObject({
      method: 'GET',
      host: 'origin.test',
      path: '/a',
      outcome: 'allowed',
      status: 200,
    })
  })

  test('waits for 100 Continue of the origin', async () => {
    await using bed = await egressBed()
    await using server = await listenPublic(origin())
    using client = rawClient(bed.socketPath)
    client.socket.write(
      ask(
        `POST http://o.test:${server.port}/ HTTP/1.1`,
        'Expect: 100-continue\r\nContent-Length: 2\r\n',
      ),
    )
    await client.until('100 Continue')
    client.socket.write('hi')
    await client.until('"bytes":2')
  })

  test('an origin that hangs up is a 502, and the next request works', async () => {
    await using bed = await egressBed()
    await using server = await listenPublic(origin())
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(`GET http://o.test:${server.port}/reset HTTP/1.1`))
    expect(await client.until('agent: failed')).toContain('502 Bad Gateway')
    using next = rawClient(bed.socketPath)
    next.socket.write(ask(`GET http://o.test:${server.port}/ HTTP/1.1`))
    await next.until('200 OK')
  })

  test('an upgrade is tunnelled once the origin has switched', async () => {
    await using bed = await egressBed()
    const http = createHttpServer()
    http.on('upgrade', (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello ',
      )
      socket.pipe(socket)
    })
    await using server = await listenPublic(http)
    using client = rawClient(bed.socketPath)
    client.socket.write(
      ask(
        `GET http://o.test:${server.port}/ws HTTP/1.1`,
        'Upgrade: echo\r\nConnection: Upgrade\r\n',
        'early ',
      ),
    )
    await client.until('hello early ')
    client.socket.write('late')
    await client.until('early late')
    client.socket.end()
    await client.ended()
  })
})

describe('tunnels', () => {
  test('carry early bytes and a half close', async () => {
    await using bed = await egressBed()
    const counting = createServer({ allowHalfOpen: true }, (socket) => {
      let bytes = 0
      socket.on('data', (piece) => (bytes += piece.length))
      socket.on('end', () => socket.end(`counted ${bytes}`))
    })
    await using server = await listenPublic(counting)
    using client = rawClient(bed.socketPath)
    client.socket.end(ask(`CONNECT o.test:${server.port} HTTP/1.1`, '', 'hello'))
    expect(await client.ended()).toEndWith('\r\n\r\ncounted 5')
    expect(bed.accesses).toMatchObject([
      { method: 'CONNECT', outcome: 'allowed', status: 200, bytesUp: 5, bytesDown: 9 },
    ])
  })

  test('a reset of the origin ends the tunnel, not the proxy', async () => {
    const logged = Promise.withResolvers<EgressAccess>()
    await using bed = await egressBed({ onAccess: logged.resolve })
    const resetting = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    await using server = await listenPublic(resetting)
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(`CONNECT o.test:${server.port} HTTP/1.1`))
    await client.until('200')
    client.socket.write('x')
    await client.ended()
    expect(await logged.promise).toMatchObject({ outcome: 'allowed', bytesUp: 1 })
    using next = rawClient(bed.socketPath)
    next.socket.write(ask(`CONNECT o.test:${server.port} HTTP/1.1`))
    await next.until('200')
  })

  test('200 at once', async () => {
    await using bed = await egressBed()
    await using server = await listenPublic(createServer((socket) => void socket.pipe(socket)))
    const clients = Array.from({ length: 200 }, () => rawClient(bed.socketPath))
    await Promise.all(
      clients.map(async (client, index) => {
        client.socket.write(ask(`CONNECT o.test:${server.port} HTTP/1.1`, '', `<${index}>`))
        await client.until(`<${index}>`)
        client.socket.end()
        await client.ended()
      }),
    )
    for (const client of clients) client[Symbol.dispose]()
  })

  test.each([
    ['CONNECT', 'a tunnel'],
    ['GET', 'an answer'],
  ])('%s: a reader that stalls holds the sender of %s back', async (method) => {
    await using bed = await egressBed()
    const piece = Buffer.alloc(64 * 1024)
    const sent = { bytes: 0 }
    const flood = createServer((socket) => {
      socket.on('error', () => undefined)
      const more = (): void => {
        while (sent.bytes < 300e6) {
          sent.bytes += piece.length
          if (!socket.write(piece)) return void socket.once('drain', more)
        }
        socket.end()
      }
      socket.once('data', () => {
        if (method === 'GET') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n')
        more()
      })
    })
    await using server = await listenPublic(flood)
    using client = rawClient(bed.socketPath)
    const at = `o.test:${server.port}`
    client.socket.write(
      ask(
        `${method} ${method === 'GET' ? `http://${at}/` : at} HTTP/1.1`,
        '',
        method === 'GET' ? '' : 'go',
      ),
    )
    await client.until('200')
    client.socket.pause()
    let before = -1
    while (before !== sent.bytes) {
      before = sent.bytes
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    expect(sent.bytes).toBeLessThan(40e6)
  })
})

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

  test('a name whose address changes after the check', async () => {
    let calls = 0
    await using bed = await egressBed({
      resolve: async () => [{ address: calls++ === 0 ? PUBLIC_ADDRESS : '127.0.0.1', family: 4 }],
    })
    await using server = await listenPublic(createServer((socket) => void socket.end('public')))
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

  test('a name without an address and a port nobody listens on are 502', async () => {
    await using bed = await egressBed({
      resolve: async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    })
    using client = rawClient(bed.socketPath)
    client.socket.write(ask('CONNECT none.test:443 HTTP/1.1'))
    expect(await client.ended()).toContain('none.test:443: no such host name')
    using second = rawClient(bed.socketPath)
    second.socket.write(ask(`CONNECT ${PUBLIC_ADDRESS}:1 HTTP/1.1`))
    expect(await second.ended()).toContain('502 Bad Gateway')
  })
})

test('the socket is for its owner only, and curl goes through it', async () => {
  await using bed = await egressBed()
  expect(statSync(bed.socketPath).mode & 0o777).toBe(0o600)
  await using server = await listenPublic(origin())
  await using relay = await tcpRelay(bed.socketPath)
  for (const flags of [[], ['--proxytunnel']]) {
    const { stdout } = await run('curl', [
      '-sS',
      '-m',
      '5',
      ...flags,
      '-x',
      relay.url,
      '-d',
      'x'.repeat(3000),
      `http://o.test:${server.port}/p`,
    ])
    expect(stdout).toContain('"bytes":3000')
  }
})
