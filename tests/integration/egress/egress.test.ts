import { describe, expect } from 'bun:test'
import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import type { EgressAccess } from '../../../src/egress/egress-context.ts'
import {
  ask,
  echoingOrigin,
  egressBed,
  listenOutside,
  outsideTest,
  rawClient,
  tcpRelay,
} from './egress-bed.ts'

const run = promisify(execFile)

describe('plain HTTP', () => {
  outsideTest(
    'goes to the origin with its own Host and path, without what belongs to the hop',
    async () => {
      await using bed = await egressBed()
      await using server = await listenOutside(echoingOrigin())
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
    },
  )

  outsideTest('waits for 100 Continue of the origin', async () => {
    await using bed = await egressBed()
    await using server = await listenOutside(echoingOrigin())
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

  outsideTest('an origin that hangs up is a 502, and the next request works', async () => {
    await using bed = await egressBed()
    await using server = await listenOutside(echoingOrigin())
    using client = rawClient(bed.socketPath)
    client.socket.write(ask(`GET http://o.test:${server.port}/reset HTTP/1.1`))
    expect(await client.until('agent: failed')).toContain('502 Bad Gateway')
    using next = rawClient(bed.socketPath)
    next.socket.write(ask(`GET http://o.test:${server.port}/ HTTP/1.1`))
    await next.until('200 OK')
  })

  outsideTest('an upgrade is tunnelled once the origin has switched', async () => {
    await using bed = await egressBed()
    const http = createHttpServer()
    http.on('upgrade', (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello ',
      )
      socket.pipe(socket)
    })
    await using server = await listenOutside(http)
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
  outsideTest('carry early bytes and a half close', async () => {
    await using bed = await egressBed()
    const counting = createServer({ allowHalfOpen: true }, (socket) => {
      let bytes = 0
      socket.on('data', (piece) => (bytes += piece.length))
      socket.on('end', () => socket.end(`counted ${bytes}`))
    })
    await using server = await listenOutside(counting)
    using client = rawClient(bed.socketPath)
    client.socket.end(ask(`CONNECT o.test:${server.port} HTTP/1.1`, '', 'hello'))
    expect(await client.ended()).toEndWith('\r\n\r\ncounted 5')
    expect(bed.accesses).toMatchObject([
      { method: 'CONNECT', outcome: 'allowed', status: 200, bytesUp: 5, bytesDown: 9 },
    ])
  })

  outsideTest('a reset of the origin ends the tunnel, not the proxy', async () => {
    const logged = Promise.withResolvers<EgressAccess>()
    await using bed = await egressBed({ onAccess: logged.resolve })
    const resetting = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    await using server = await listenOutside(resetting)
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

  outsideTest('200 at once', async () => {
    await using bed = await egressBed()
    await using server = await listenOutside(createServer((socket) => void socket.pipe(socket)))
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

  outsideTest.each([
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
    await using server = await listenOutside(flood)
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

outsideTest('the socket is for its owner only, and curl goes through it', async () => {
  await using bed = await egressBed()
  expect(statSync(bed.socketPath).mode & 0o777).toBe(0o600)
  await using server = await listenOutside(echoingOrigin())
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
