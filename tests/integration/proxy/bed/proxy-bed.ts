import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccessEntry } from '../../../../src/proxy/access-entry.ts'
import { bindProxy } from '../../../../src/proxy/bind-proxy.ts'
import type { ProxyOptions } from '../../../../src/proxy/proxy-options.ts'
import { type RunningProxy, serveProxy } from '../../../../src/proxy/serve-proxy.ts'
import type { ServiceCondition } from '../../../../src/proxy/service-condition.ts'
import type { Route } from '../../../../src/routes/route.ts'
import { buildRouteTable, type RouteTable } from '../../../../src/routes/route-table.ts'
import { Peer } from './peer.ts'
import { ScriptedUpstream } from './scripted-upstream.ts'

/** A moment that never passes: the date in every answer of the proxy's own. */
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)

export type BedOptions = Partial<
  Pick<ProxyOptions, 'limits' | 'trustsLoopback' | 'onRoutesChanged' | 'explain'>
> & { routes?: readonly Route[]; condition?: ServiceCondition }

/** A running proxy, one scripted upstream behind `web.myapp.localhost`, and raw clients. */
export class ProxyBed implements AsyncDisposable {
  readonly upstream: ScriptedUpstream
  readonly proxy: RunningProxy
  readonly port: number
  readonly directory: string
  readonly log: string[]
  readonly access: AccessEntry[]
  private readonly setTable: (table: RouteTable) => void
  private generation = 1
  private readonly clients: Peer[] = []

  private constructor(parts: {
    upstream: ScriptedUpstream
    proxy: RunningProxy
    port: number
    directory: string
    log: string[]
    access: AccessEntry[]
    setTable: (table: RouteTable) => void
  }) {
    this.upstream = parts.upstream
    this.proxy = parts.proxy
    this.port = parts.port
    this.directory = parts.directory
    this.log = parts.log
    this.access = parts.access
    this.setTable = parts.setTable
  }

  static async open(options: BedOptions = {}): Promise<ProxyBed> {
    const { routes: given, condition = { kind: 'unknown' }, limits, ...rest } = options
    const directory = mkdtempSync(join(tmpdir(), 'agent-proxy-'))
    const upstream = await ScriptedUpstream.listen()
    const bound = await bindProxy(0)
    let table = buildRouteTable(given ?? [routeTo(upstream.port)], 1)
    const log: string[] = []
    const access: AccessEntry[] = []
    const proxy = await serveProxy(bound, {
      routes: () => table,
      explain: () => Promise.resolve(condition),
      pagesSocketPath: join(directory, 'pages.sock'),
      clock: { now: () => nowMs },
      log: (line) => log.push(line),
      onAccess: (entry) => access.push(entry),
      version: '0.0.0-test',
      limits: { tickMs: 10, stopMs: 20, ...limits },
      ...rest,
    })
    const setTable = (next: RouteTable): void => {
      table = next
    }
    return new ProxyBed({ upstream, proxy, port: bound.port, directory, log, access, setTable })
  }

  async client(host = '127.0.0.1'): Promise<Peer> {
    const client = await Peer.connect({ host, port: this.port })
    this.clients.push(client)
    return client
  }

  /** Sends one request on a connection of its own; returns all that comes until the proxy closes it. */
  async exchange(request: string): Promise<string> {
    const client = await this.client()
    client.send(request)
    const { text } = await client.toEnd()
    return text
  }

  setRoutes(routes: readonly Route[]): void {
    this.generation++
    this.setTable(buildRouteTable(routes, this.generation))
  }

  /** What the proxy adds to a request that came from 127.0.0.1. */
  forwarded(host: string): string {
    return [
      'X-Forwarded-For: 127.0.0.1',
      `X-Forwarded-Host: ${host}`,
      'X-Forwarded-Proto: http',
      `X-Forwarded-Port: ${this.port}`,
      'Via: 1.1 agent',
      '',
      '',
    ].join('\r\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client[Symbol.dispose]()
    await this.proxy.stop()
    this.upstream[Symbol.dispose]()
    rmSync(this.directory, { recursive: true, force: true })
    if (this.log.length > 0) throw new Error(`the proxy complained: ${this.log.join('\n')}`)
  }
}

/** A run's route, by default `web.myapp.localhost`. */
export function routeTo(port: number, changes: Partial<Route> = {}): Route {
  return {
    agent: 'myapp',
    service: 'web',
    upstream: { kind: 'address', host: '127.0.0.1', port },
    owner: { kind: 'run', runId: 'run_000000000001' },
    containerPort: 3000,
    position: 0,
    ...changes,
  }
}

export const webHost = 'web.myapp.localhost'

/** What a response of a real service has; without it the proxy would add its own. */
export const dateLine = 'Date: Thu, 01 Jan 2026 00:00:00 GMT'

/** A head: lines, then the empty line. */
export function head(...lines: string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** A GET for the upstream; `lines` come after Host. */
export function get(...lines: string[]): string {
  return head('GET / HTTP/1.1', `Host: ${webHost}`, ...lines)
}

export const okResponse = head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 2').concat('ok')

/** What the upstream gets for a request that the bed's client sends. */
export async function receivedFor(bed: ProxyBed, request: string, bodyLength = 0): Promise<string> {
  const client = await bed.client()
  client.send(request)
  const upstream = await bed.upstream.accept()
  const text = (await upstream.head()) + (await upstream.next(bodyLength))
  upstream.send(okResponse)
  await client.until('ok')
  return text
}

/** What the client gets for a GET that the upstream answers with `response` and, perhaps, FIN. */
export async function answeredWith(
  bed: ProxyBed,
  response: string,
  { request = get(), ends = false }: { request?: string; ends?: boolean } = {},
): Promise<{ text: string; ending: 'end' | 'reset' }> {
  const client = await bed.client()
  client.send(request)
  const upstream = await bed.upstream.accept()
  await upstream.head()
  upstream.send(response)
  if (ends) upstream.finish()
  return client.toEnd()
}

/** A client and the connection to the upstream it has used once. */
export async function reuseConnection(bed: ProxyBed): Promise<{ client: Peer; upstream: Peer }> {
  const client = await bed.client()
  client.send(get())
  const upstream = await bed.upstream.accept()
  await upstream.head()
  upstream.send(okResponse)
  await client.until('ok')
  return { client, upstream }
}
