import { describe, expect, test } from 'bun:test'
import type { Route } from '../../../src/routes/route.ts'
import { readErrorPage } from './bed/error-page.ts'
import { head, ProxyBed, routeTo } from './bed/proxy-bed.ts'

/*
 * What people expect of a proxy in front of containers, after the cases that nginx-proxy tests: each name leads to its
 * own container and no other, whatever else there is, comes or goes.
 */

/** Services that answer with their own name, behind one proxy. */
class Containers implements AsyncDisposable {
  readonly #servers = new Map<string, ReturnType<typeof Bun.serve>>()
  readonly bed: ProxyBed

  private constructor(bed: ProxyBed) {
    this.bed = bed
  }

  /** @param names `service.agent` of each */
  static async open(names: readonly string[]): Promise<Containers> {
    const containers = new Containers(await ProxyBed.open({ routes: [] }))
    for (const name of names) containers.start(name)
    return containers
  }

  start(name: string): void {
    const fetch = (): Response => new Response(`this is ${name}`)
    this.#servers.set(name, Bun.serve({ port: 0, hostname: '127.0.0.1', fetch }))
    this.#publish()
  }

  stop(name: string): void {
    void this.#servers.get(name)?.stop(true)
    this.#servers.delete(name)
    this.#publish()
  }

  /** The body of the answer to a GET for this host, or its status when that is not 200. */
  async ask(host: string): Promise<string> {
    const answer = await this.bed.exchange(
      head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close', 'Accept: application/json'),
    )
    const status = answer.slice(9, 12)
    return status === '200' ? answer.slice(answer.indexOf('\r\n\r\n') + 4) : status
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.values()) await server.stop(true)
    await this.bed[Symbol.asyncDispose]()
  }

  #publish(): void {
    const routes = [...this.#servers].map(([name, { port = 0 }], position): Route => {
      const [service = '', agent = ''] = name.split('.')
      const digits = Buffer.from(agent).toString('hex').padEnd(12, '0').slice(0, 12)
      const owner = { kind: 'run', runId: `run_${digits}` } as const
      return routeTo(port, { service, agent, owner, position })
    })
    this.bed.setRoutes(routes)
  }
}

const names = ['web.app', 'api.app', 'web.app2', 'web2.app2', 'web.solo'] as const

describe('a name', () => {
  test('leads to its own container, beside others that are called nearly so', async () => {
    await using containers = await Containers.open(names)
    for (const name of names)
      expect(await containers.ask(`${name}.localhost`)).toBe(`this is ${name}`)
  })

  test.each([
    ['in capitals', 'WEB.App.LocalHost'],
    ['with a port', 'web.app.localhost:8080'],
    ['with another port', 'web.app.localhost:1'],
    ['with a final dot', 'web.app.localhost.'],
    ['as one label', 'web--app.localhost'],
  ])('%s is the same name', async (_how, host) => {
    await using containers = await Containers.open(names)
    expect(await containers.ask(host)).toBe('this is web.app')
  })

  test('of an agent alone is its only service, and never one of several', async () => {
    await using containers = await Containers.open(names)
    expect(await containers.ask('solo.localhost')).toBe('this is web.solo')
    expect(await containers.ask('app.localhost')).toContain('http://api.app.localhost')
  })

  test.each([
    'x.web.app.localhost',
    'webx.app.localhost',
    'we.app.localhost',
    'web.ap.localhost',
    'web.app.x.localhost',
    'app2.localhost.app.localhost',
    'default.localhost',
  ])('%s, which nobody has, is answered by nobody', async (host) => {
    await using containers = await Containers.open(names)
    expect(await containers.ask(host)).toBe('404')
  })

  test.each(['example.com', 'web.app.localhost.example.com', 'localhost.evil', '10.0.0.1'])(
    '%s leads to no container by default',
    async (host) => {
      await using containers = await Containers.open(['web.solo'])
      expect(await containers.ask(host)).toBe('421')
    },
  )
})

describe('containers that come and go', () => {
  test('are answered from the next request on, and not any more', async () => {
    await using containers = await Containers.open(['web.app'])
    expect(await containers.ask('web.late.localhost')).toBe('404')
    containers.start('web.late')
    expect(await containers.ask('web.late.localhost')).toBe('this is web.late')
    containers.stop('web.late')
    expect(await containers.ask('web.late.localhost')).toBe('404')
    expect(await containers.ask('web.app.localhost')).toBe('this is web.app')
  })

  test('leave the names of the others alone, a hundred times', async () => {
    await using containers = await Containers.open(['web.stays'])
    for (let round = 0; round < 100; round++) {
      containers.start('web.goes')
      expect(await containers.ask('web.stays.localhost')).toBe('this is web.stays')
      expect(await containers.ask('web.goes.localhost')).toBe('this is web.goes')
      containers.stop('web.goes')
    }
  })

  test('one that dies without a word is a 502 for its own name only', async () => {
    await using containers = await Containers.open(['web.app'])
    const { bed } = containers
    const dead = routeTo(1, { agent: 'dead' })
    const alive = routeTo(bed.upstream.port, { agent: 'alive' })
    bed.setRoutes([dead, alive])
    const page = await bed.exchange(
      head(
        'GET / HTTP/1.1',
        'Host: web.dead.localhost',
        'Connection: close',
        'Accept: application/json',
      ),
    )
    expect(readErrorPage(page)).toMatchObject({ status: 502, error: 'refused', agent: 'dead' })
  })
})
