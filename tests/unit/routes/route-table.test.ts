import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { formatFlatAlias, formatServiceHost } from '../../../src/routes/host-name.ts'
import { buildRouteTable } from '../../../src/routes/route-table.ts'
import type { Route } from '../../../src/routes/route.ts'

function route(name: string, position = 0): Route {
  const [service = '', agent = ''] = name.split('.')
  const upstream = { kind: 'address', host: '127.0.0.1', port: 3000 } as const
  return { service, agent, upstream, owner: { kind: 'static' }, position }
}

const web = route('web.myapp', 0)
const api = route('api.myapp', 1)
const docs = route('docs.other')
const table = buildRouteTable([docs, api, web], 7)

describe('a route table', () => {
  test('keeps its generation, and its routes by agent and position', () => {
    expect(table.generation).toBe(7)
    expect(table.routes).toEqual([web, api, docs])
  })

  test.each(['localhost:8080', '127.0.0.1', '[::1]:8080', 'LOCALHOST.'])(
    '%s is the root',
    (host) => {
      expect(table.match(host)).toEqual({ kind: 'root' })
    },
  )

  test.each([
    'web.myapp.localhost',
    'web.myapp.localhost:8080',
    'WEB.MyApp.Localhost.:1',
    'web--myapp.localhost:8080',
    'Web--MyApp.localhost',
  ])('%s is the service', (host) => {
    expect(table.match(host)).toEqual({ kind: 'service', route: web })
  })

  test('an agent is matched with its services in order', () => {
    const match = { kind: 'agent', agent: 'myapp', routes: [web, api] } as const
    expect(table.match('myapp.localhost:80')).toEqual(match)
    expect(table.match('MYAPP.localhost.')).toEqual(match)
  })

  test.each([
    ['example.com', { kind: 'foreign', host: 'example.com' }],
    ['web.myapp.localhost.evil.com:80', { kind: 'foreign', host: 'web.myapp.localhost.evil.com' }],
    ['web.myapp.localhost:x', { kind: 'malformed' }],
    ['', { kind: 'malformed' }],
  ] as const)('%j is told apart', (host, match) => {
    expect(table.match(host)).toEqual(match)
  })

  const ofMyapp = { kind: 'unknown-service', agent: 'myapp', routes: [web, api] } as const
  test.each([
    ['wbe.myapp.localhost', { ...ofMyapp, service: 'wbe', nearest: 'web' }],
    ['database.myapp.localhost', { ...ofMyapp, service: 'database' }],
    ['wbe--myapp.localhost', { ...ofMyapp, service: 'wbe', nearest: 'web' }],
    // Deeper names are never answered by a part of them.
    ['x.web.myapp.localhost', { ...ofMyapp, service: 'x.web', nearest: 'web' }],
    ['a.b.wbe.myapp.localhost', { ...ofMyapp, service: 'a.b.wbe', nearest: 'web' }],
    ['web.myap.localhost', { kind: 'unknown-agent', agent: 'myap', nearest: 'myapp' }],
    ['myap.localhost', { kind: 'unknown-agent', agent: 'myap', nearest: 'myapp' }],
    ['web--myap.localhost', { kind: 'unknown-agent', agent: 'myap', nearest: 'myapp' }],
    ['zzzzzz.localhost', { kind: 'unknown-agent', agent: 'zzzzzz' }],
  ] as const)('%s is unknown, with the nearest name', (host, match) => {
    expect(table.match(host)).toEqual(match)
  })

  test("an agent's own name wins over an alias that reads the same", () => {
    const odd = route('docs.web--myapp')
    const mixed = buildRouteTable([web, odd], 1)
    expect(mixed.match('web--myapp.localhost')).toMatchObject({
      kind: 'agent',
      agent: 'web--myapp',
    })
    expect(mixed.match('docs.web--myapp.localhost')).toEqual({ kind: 'service', route: odd })
    // `docs--web--myapp` could be read in two ways, so it is nobody's.
    expect(mixed.match('docs--web--myapp.localhost').kind).toBe('unknown-agent')
  })

  test('many different unknown names leave later answers right', () => {
    for (let index = 0; index < 2000; index += 1) table.match(`nobody-${index}.localhost`)
    expect(table.match('myap.localhost')).toMatchObject({ nearest: 'myapp' })
    expect(table.match('web.myapp.localhost')).toEqual({ kind: 'service', route: web })
  })
})

const name = fc.stringMatching(/^[abc](-?[abc]){0,2}$/)
const routes = fc.uniqueArray(
  fc.tuple(name, name).map((names) => route(names.join('.'))),
  {
    selector: ({ service, agent }) => `${service}.${agent}`,
  },
)

describe('any route table', () => {
  test('answers each service by its host and alias, and every other name with that name or not at all', () => {
    fc.assert(
      fc.property(routes, name, name, (all, service, agent) => {
        const built = buildRouteTable(all, 1)
        const wanted = all.find((each) => each.service === service && each.agent === agent)
        const hosts = [formatServiceHost(service, agent), formatFlatAlias(service, agent)]
        for (const host of hosts.filter((each) => each !== undefined)) {
          const match = built.match(host)
          if (wanted === undefined)
            expect(['unknown-service', 'unknown-agent']).toContain(match.kind)
          else expect(match).toEqual({ kind: 'service', route: wanted })
        }
        expect(built.match(`x.${formatServiceHost(service, agent)}`).kind).toStartWith('unknown')
      }),
    )
  })

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (host) => void table.match(host)))
  })
})
