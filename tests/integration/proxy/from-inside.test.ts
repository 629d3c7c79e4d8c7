import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'bun:test'
import type { Route } from '../../../src/routes/route.ts'
import { readErrorPage } from './bed/error-page.ts'
import { Peer } from './bed/peer.ts'
import { head, okResponse, ProxyBed, routeTo } from './bed/proxy-bed.ts'

const runId = 'run_0123456789ab'

/** A proxy that one run reaches from within, beside another run and a static route. */
class InsideBed implements AsyncDisposable {
  readonly bed: ProxyBed
  readonly socketPath: string
  readonly door: Disposable

  private constructor(bed: ProxyBed, socketPath: string) {
    this.bed = bed
    this.socketPath = socketPath
    this.door = bed.proxy.serveRun(runId, socketPath)
  }

  static async open(): Promise<InsideBed> {
    const bed = await ProxyBed.open()
    const { port } = bed.upstream
    const own = { kind: 'run', runId } as const
    const foreign = { kind: 'run', runId: 'run_ffffffffffff' } as const
    const routes: Route[] = [
      routeTo(port, { agent: 'mine', service: 'web', owner: own }),
      routeTo(port, { agent: 'mine', service: 'api', owner: own, position: 1 }),
      routeTo(port, { agent: 'other', service: 'web', owner: foreign }),
      routeTo(port, { agent: 'db', service: 'ui', owner: { kind: 'static' } }),
    ]
    bed.setRoutes(routes)
    return new InsideBed(bed, join(bed.directory, 'inside.sock'))
  }

  async ask(host: string): Promise<string> {
    using client = await Peer.connect({ path: this.socketPath })
    client.send(
      head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close', 'Accept: application/json'),
    )
    const { text } = await client.toEnd()
    return text
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.door[Symbol.dispose]()
    await this.bed[Symbol.asyncDispose]()
  }
}

describe('a program inside a run', () => {
  test.each(['web.mine.localhost:8080', 'api--mine.localhost'])('reaches %s', async (host) => {
    await using inside = await InsideBed.open()
    const answer = inside.ask(host)
    const upstream = await inside.bed.upstream.accept()
    await upstream.head()
    upstream.send(okResponse)
    expect(await answer).toBe(okResponse.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  })

  test('sees the services of its run on the index of its run', async () => {
    await using inside = await InsideBed.open()
    const answer = await inside.ask('mine.localhost')
    expect(answer).toStartWith('HTTP/1.1 200 ')
    expect(answer).toContain('web.mine.localhost')
    expect(answer).not.toContain('other')
  })

  test('is told of a service that its run has not', async () => {
    await using inside = await InsideBed.open()
    const page = readErrorPage(await inside.ask('wob.mine.localhost'))
    expect(page).toMatchObject({ status: 404, error: 'unknown-service' })
  })

  test.each([
    'web.other.localhost',
    'other.localhost',
    'ui.db.localhost',
    'nothing.localhost',
    'localhost',
    '127.0.0.1',
  ])('is told nothing about %s', async (host) => {
    await using inside = await InsideBed.open()
    const answer = await inside.ask(host)
    expect(readErrorPage(answer)).toMatchObject({ status: 403, error: 'out-of-reach' })
    expect(answer).not.toContain('other')
    expect(answer).not.toContain('db')
  })

  test('cannot say for whom it asks', async () => {
    await using inside = await InsideBed.open()
    using client = await Peer.connect({ path: inside.socketPath })
    client.send(head('GET / HTTP/1.1', 'Host: web.mine.localhost', 'X-Forwarded-For: 8.8.8.8'))
    const upstream = await inside.bed.upstream.accept()
    expect(await upstream.head()).not.toContain('8.8.8.8')
  })
})

test('the socket of a run goes when its door is shut', async () => {
  await using inside = await InsideBed.open()
  expect(existsSync(inside.socketPath)).toBe(true)
  inside.door[Symbol.dispose]()
  expect(existsSync(inside.socketPath)).toBe(false)
})

/** Every address of loopback stands for a container of its own. */
async function askFrom(bed: ProxyBed, localAddress: string, host: string): Promise<string> {
  using client = await Peer.connect({ host: '127.0.0.9', port: bed.port, localAddress })
  client.send(
    head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close', 'Accept: application/json'),
  )
  return (await client.toEnd()).text
}

describe('a client that comes from a container', () => {
  const runs: Record<string, string> = { '127.0.0.2': runId, '127.0.0.3': 'run_ffffffffffff' }

  test('is known by its address, and gets the names of its run only', async () => {
    await using inside = await InsideBed.open()
    const { bed } = inside
    using _listener = bed.proxy.serveRuns('127.0.0.9', async (address) => runs[address])
    const answer = askFrom(bed, '127.0.0.2', 'web.mine.localhost')
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toContain('X-Forwarded-For: 127.0.0.2\r\n')
    upstream.send(okResponse)
    expect(await answer).toStartWith('HTTP/1.1 200 ')
    const foreign = readErrorPage(await askFrom(bed, '127.0.0.3', 'web.mine.localhost'))
    expect(foreign).toMatchObject({ status: 403, error: 'out-of-reach' })
  })

  test('is refused when it is no run, or when nobody can tell', async () => {
    await using inside = await InsideBed.open()
    const { bed } = inside
    using _listener = bed.proxy.serveRuns('127.0.0.9', async (address) => {
      if (address === '127.0.0.4') throw new Error('the engine does not answer')
      return runs[address]
    })
    for (const address of ['127.0.0.4', '127.0.0.5'])
      expect(await askFrom(bed, address, 'web.mine.localhost')).toStartWith('HTTP/1.1 403 ')
  })
})
