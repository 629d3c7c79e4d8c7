import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'bun:test'
import { bindProxy, PortError } from '../../../src/proxy/bind-proxy.ts'
import { serveProxy } from '../../../src/proxy/serve-proxy.ts'
import { buildRouteTable } from '../../../src/routes/route-table.ts'
import { eventually } from './bed/eventually.ts'
import { Peer } from './bed/peer.ts'
import { dateLine, get, head, okResponse, ProxyBed } from './bed/proxy-bed.ts'

const indexRequest = head('GET / HTTP/1.1', 'Host: localhost', 'Connection: close')

function serve(bound: Awaited<ReturnType<typeof bindProxy>>, pagesSocketPath: string) {
  return serveProxy(bound, {
    routes: () => buildRouteTable([], 1),
    explain: () => Promise.resolve({ kind: 'unknown' }),
    pagesSocketPath,
    clock: { now: () => 0 },
    log: () => undefined,
    version: '0.0.0-test',
    limits: { tickMs: 10, stopMs: 50, lingerMs: 20 },
  })
}

async function portError(port: number): Promise<unknown> {
  try {
    const bound = await bindProxy(port)
    bound.close()
    return undefined
  } catch (error) {
    return error instanceof PortError ? { port: error.port, reason: error.reason } : error
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    using _ = await Peer.connect({ port, host: '127.0.0.1' })
    return true
  } catch {
    return false
  }
}

describe('binding', () => {
  test('listens on both loopback addresses, on one port', async () => {
    await using bed = await ProxyBed.open()
    bed.upstream.answerAll(okResponse)
    for (const host of ['127.0.0.1', '::1']) {
      const client = await bed.client(host)
      client.send(get())
      expect(await client.until('ok')).toBe(okResponse)
    }
  })

  test.each(['127.0.0.1', '::1'])('a port that is taken on %s is busy', async (host) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const owner = net.createServer().listen(0, host, resolve)
    await promise
    const address = owner.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    expect(await portError(port)).toEqual({ port, reason: 'busy' })
    owner.close()
    await eventually(() => !owner.listening, 'a free port')
    expect(await portError(port)).toBeUndefined()
  })

  test.each([6000, 6666, 22, 10080])('port %d, which browsers refuse, is refused', async (port) => {
    expect(await portError(port)).toEqual({ port, reason: 'unsafe' })
  })

  test('two proxies cannot have one port', async () => {
    await using bed = await ProxyBed.open()
    expect(await portError(bed.port)).toEqual({ port: bed.port, reason: 'busy' })
  })
})

describe('serving', () => {
  test('clients that came before are served, those that left are forgotten', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'agent-bind-'))
    const bound = await bindProxy(0)
    expect(readdirSync(directory)).toEqual([])
    using early = await Peer.connect({ port: bound.port, host: '127.0.0.1' })
    early.send(indexRequest)
    using gone = await Peer.connect({ port: bound.port, host: '::1' })
    gone.reset()
    await Bun.sleep(30)
    expect(early.buffered).toBe('')
    const proxy = await serve(bound, join(directory, 'pages.sock'))
    expect((await early.toEnd()).text).toStartWith('HTTP/1.1 200 OK\r\n')
    await proxy.stop()
    rmSync(directory, { recursive: true })
  })

  test('the page server has a socket for its owner alone, in place of one left behind', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'agent-bind-'))
    const path = join(directory, 'pages.sock')
    writeFileSync(path, 'left behind')
    const proxy = await serve(await bindProxy(0), path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await proxy.stop()
    expect(readdirSync(directory)).toEqual([])
    rmSync(directory, { recursive: true })
  })

  test('a proxy that is not served turns its clients away', async () => {
    const bound = await bindProxy(0)
    using client = await Peer.connect({ port: bound.port, host: '127.0.0.1' })
    bound.close()
    expect((await client.toEnd()).text).toBe('')
    expect(await accepts(bound.port)).toBe(false)
  })
})

describe('stopping', () => {
  test('lets a response that is under way end, and ends the rest', async () => {
    await using bed = await ProxyBed.open({ limits: { stopMs: 1000 } })
    const idle = await bed.client()
    const busy = await bed.client()
    busy.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const tunnel = await bed.client()
    tunnel.send(get('Connection: Upgrade', 'Upgrade: raw'))
    const tunnelUpstream = await bed.upstream.accept()
    await tunnelUpstream.head()
    tunnelUpstream.send(head('HTTP/1.1 101 X', 'Upgrade: raw'))
    await tunnel.head()
    const stopped = bed.proxy.stop()
    await Promise.all([idle.toEnd(), tunnel.toEnd(), tunnelUpstream.toEnd()])
    expect(await accepts(bed.port)).toBe(false)
    upstream.send(okResponse)
    expect((await busy.toEnd()).text).toContain('\r\nConnection: close\r\n\r\nok')
    idle.finish()
    busy.finish()
    await stopped
    await upstream.toEnd()
    expect(bed.proxy.stats()).toMatchObject({
      openConnections: 0,
      upstreamConnections: 0,
      tunnels: 0,
    })
  })

  test('cuts off what has no end', async () => {
    await using bed = await ProxyBed.open({ limits: { stopMs: 30 } })
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked'))
    await client.head()
    await bed.proxy.stop()
    await Promise.all([client.toEnd(), upstream.toEnd()])
  })
})
