import { describe, expect, test } from 'bun:test'
import { readErrorPage } from './bed/error-page.ts'
import { eventually } from './bed/eventually.ts'
import { head, ProxyBed, routeTo } from './bed/proxy-bed.ts'

const ask = (host: string, ...lines: string[]): string =>
  head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close', ...lines)

/** Two services of one agent, one of another. */
async function openBed(options: Parameters<typeof ProxyBed.open>[0] = {}): Promise<ProxyBed> {
  const bed = await ProxyBed.open(options)
  bed.setRoutes([
    routeTo(1),
    routeTo(2, { service: 'api', position: 1 }),
    routeTo(3, { agent: 'solo' }),
  ])
  return bed
}

describe('the index', () => {
  test('of everything is at localhost, with links the way the client came', async () => {
    await using bed = await openBed()
    const text = await bed.exchange(ask('localhost:9000', 'Accept: text/html'))
    expect(text).toStartWith('HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n')
    expect(text).toContain("\r\nContent-Security-Policy: default-src 'none'; ")
    expect(text).toContain('href="http://web.myapp.localhost:9000"')
    const secure = await bed.exchange(
      ask('localhost', 'X-Forwarded-Proto: https', 'Accept: text/html'),
    )
    expect(secure).toContain('href="https://web.myapp.localhost"')
  })

  test('of one agent is at its name when it has several services', async () => {
    await using bed = await openBed()
    const text = await bed.exchange(ask('myapp.localhost:1', 'Accept: application/json'))
    const body: unknown = JSON.parse(text.slice(text.indexOf('\r\n\r\n')))
    expect(body).toEqual({
      agents: [
        {
          name: 'myapp',
          url: 'http://myapp.localhost:1',
          services: [
            { name: 'web', url: 'http://web.myapp.localhost:1' },
            { name: 'api', url: 'http://api.myapp.localhost:1' },
          ],
        },
      ],
    })
  })

  test('has no other pages, and is only to be read', async () => {
    await using bed = await openBed()
    const at = (line: string): Promise<string> =>
      bed.exchange(head(`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close'))
    expect(await at('GET /favicon.ico')).toStartWith('HTTP/1.1 404 ')
    expect(await at('GET http://localhost')).toStartWith('HTTP/1.1 200 ')
    expect(await at('GET /?a=/events')).toStartWith('HTTP/1.1 200 ')
    expect(await at(`GET /${'%'.repeat(60_000)}`)).toStartWith('HTTP/1.1 404 ')
    expect(await at(`${'M'.repeat(60_000)} /`)).toStartWith('HTTP/1.1 405 ')
    expect(await at('HEAD /')).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s)
    expect(await at('POST /')).toMatch(/^HTTP\/1\.1 405 .*\r\nAllow: GET, HEAD\r\n/s)
    expect(await at('OPTIONS *')).toStartWith('HTTP/1.1 405 ')
  })
})

describe('events', () => {
  test.each([true, false])(
    'tell the routes now and after each change (told: %p)',
    async (isTold) => {
      const listeners = new Set<() => void>()
      await using bed = await openBed(
        isTold
          ? {
              onRoutesChanged: (listener) => {
                listeners.add(listener)
                return () => listeners.delete(listener)
              },
            }
          : {},
      )
      const client = await bed.client()
      client.send(head('GET /events HTTP/1.1', 'Host: localhost'))
      expect(await client.head()).toContain('\r\nContent-Type: text/event-stream\r\n')
      expect(await client.until('\n\n')).toContain('event: routes\ndata: 2\n\n')
      bed.setRoutes([])
      for (const listener of listeners) listener()
      expect(await client.until('\n\n')).toContain('event: routes\ndata: 3\n\n')
      client.reset()
      if (isTold) await eventually(() => listeners.size === 0, 'the end of the subscription')
    },
  )
})

describe('a name that is not there', () => {
  test('gets what there is and the nearest name', async () => {
    await using bed = await openBed()
    const page = readErrorPage(
      await bed.exchange(ask('wbe.myapp.localhost', 'Accept: application/json')),
    )
    expect(page).toMatchObject({
      status: 404,
      error: 'unknown-service',
      agent: 'myapp',
      service: 'wbe',
    })
    expect(page.reason).toEndWith('did you mean "web"?')
    expect(page.services.map(({ name }) => name)).toEqual(['web', 'api'])
  })

  test('of an agent gets all agents', async () => {
    await using bed = await openBed()
    const page = readErrorPage(
      await bed.exchange(ask('sollo.localhost', 'Accept: application/json')),
    )
    expect(page).toMatchObject({
      status: 404,
      error: 'unknown-agent',
      agent: 'sollo',
      service: null,
    })
    expect(page.services.map(({ agent }) => agent)).toEqual(['myapp', 'myapp', 'solo'])
  })

  test('is told to a terminal in a few lines', async () => {
    await using bed = await openBed()
    const text = await bed.exchange(ask('nobody.localhost:7', 'Accept: */*'))
    expect(text).toEndWith(
      '\r\n\r\n404 no agent "nobody" is running here\n  fix: agent list\n' +
        '  web  http://web.myapp.localhost:7\n  api  http://api.myapp.localhost:7\n' +
        '  web  http://web.solo.localhost:7\n',
    )
  })

  test('never repeats what was not a name', async () => {
    await using bed = await openBed()
    const text = await bed.exchange(ask("a'b&c.localhost", 'Accept: text/html'))
    expect(text).toStartWith('HTTP/1.1 404 ')
    expect(text).toContain('a&#39;b&amp;c')
  })
})

test('a page that nobody can make is still an answer', async () => {
  await using bed = await openBed()
  const { rmSync } = await import('node:fs')
  rmSync(`${bed.directory}/pages.sock`)
  expect(await bed.exchange(ask('localhost'))).toStartWith('HTTP/1.1 502 Bad Gateway\r\n')
})
