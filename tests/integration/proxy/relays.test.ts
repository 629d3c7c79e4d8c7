import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'bun:test'
import { readErrorPage } from './bed/error-page.ts'
import { get, head, okResponse, ProxyBed, routeTo, webHost } from './bed/proxy-bed.ts'
import { ScriptedUpstream } from './bed/scripted-upstream.ts'

/** A relay's socket and a proxy whose one route leads through it. */
class RelayBed implements AsyncDisposable {
  readonly relay: ScriptedUpstream
  readonly bed: ProxyBed
  private readonly directory: string

  private constructor(relay: ScriptedUpstream, bed: ProxyBed, directory: string) {
    this.relay = relay
    this.bed = bed
    this.directory = directory
  }

  static async open(): Promise<RelayBed> {
    const directory = mkdtempSync(join(tmpdir(), 'agent-relay-'))
    const socketPath = join(directory, 'relay.sock')
    const relay = await ScriptedUpstream.listen({ path: socketPath })
    const upstream = { kind: 'relay', socketPath, port: 3000 } as const
    const bed = await ProxyBed.open({
      routes: [routeTo(0, { upstream })],
      limits: { connectMs: 500 },
    })
    return new RelayBed(relay, bed, directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bed[Symbol.asyncDispose]()
    this.relay[Symbol.dispose]()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

const ask = get('Connection: close', 'Accept: application/json')

describe('a service behind a relay', () => {
  test('gets the request along with its port, and the next ones alone', async () => {
    await using relayBed = await RelayBed.open()
    const { relay, bed } = relayBed
    const client = await bed.client()
    client.send(get())
    const upstream = await relay.accept()
    expect(await upstream.next(5)).toBe('3000\n')
    expect(await upstream.head()).toBe(
      `GET / HTTP/1.1\r\nHost: ${webHost}\r\n${bed.forwarded(webHost)}`,
    )
    upstream.send('o')
    upstream.send('k\n')
    upstream.send(okResponse)
    expect(await client.until('ok')).toBe(okResponse)
    client.send(head('GET /2 HTTP/1.1', `Host: ${webHost}`))
    expect(await upstream.head()).toStartWith('GET /2 ')
  })

  test('gets a large body after the ok, all of it', async () => {
    await using relayBed = await RelayBed.open()
    const { relay, bed } = relayBed
    const client = await bed.client()
    const body = 'x'.repeat(1024 * 1024)
    client.send(
      head('POST / HTTP/1.1', `Host: ${webHost}`, `Content-Length: ${body.length}`) + body,
    )
    const upstream = await relay.accept()
    expect(await upstream.next(5)).toBe('3000\n')
    upstream.send('ok\n')
    expect(await upstream.head()).toContain(`Content-Length: ${body.length}\r\n`)
    expect(await upstream.next(body.length)).toBe(body)
    upstream.send(okResponse)
    expect(await client.until('ok')).toBe(okResponse)
  })

  test('may send its first bytes together with the ok', async () => {
    await using relayBed = await RelayBed.open()
    const { relay, bed } = relayBed
    const client = await bed.client()
    client.send(get())
    const upstream = await relay.accept()
    await upstream.next(5)
    upstream.send(`ok\n${okResponse}`)
    expect(await client.until('\r\n\r\nok')).toBe(okResponse)
  })

  test('that is not there is a 502', async () => {
    await using relayBed = await RelayBed.open()
    const answer = relayBed.bed.exchange(ask)
    const upstream = await relayBed.relay.accept()
    await upstream.next(5)
    await upstream.head()
    upstream.send('ECONNREFUSED\n')
    expect(readErrorPage(await answer)).toMatchObject({ status: 502, error: 'refused' })
    await upstream.toEnd()
  })

  test.each([
    ['closes', 'closed', ''],
    ['answers something else', 'unreachable', 'no idea what you want\n'],
  ])('a relay that %s is a 502', async (_, error, answer) => {
    await using relayBed = await RelayBed.open()
    const page = relayBed.bed.exchange(ask)
    const upstream = await relayBed.relay.accept()
    await upstream.next(5)
    upstream.send(answer).finish()
    expect(readErrorPage(await page)).toMatchObject({ status: 502, error })
  })

  test('a relay that says nothing is a 504, and is let go', async () => {
    await using relayBed = await RelayBed.open()
    const page = relayBed.bed.exchange(ask)
    const upstream = await relayBed.relay.accept()
    expect(readErrorPage(await page).status).toBe(504)
    await upstream.toEnd()
  })

  test('a relay whose socket is gone is a 502', async () => {
    await using relayBed = await RelayBed.open()
    const { bed } = relayBed
    const upstream = { kind: 'relay', socketPath: join(bed.directory, 'none'), port: 1 } as const
    bed.setRoutes([routeTo(0, { upstream })])
    expect(readErrorPage(await bed.exchange(ask))).toMatchObject({ status: 502, error: 'refused' })
  })
})
