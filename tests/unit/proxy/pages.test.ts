import { describe, expect, test } from 'bun:test'
import { errorContent } from '../../../src/proxy/pages/error-content.ts'
import { htmlPage } from '../../../src/proxy/pages/html-page.ts'
import { indexContent } from '../../../src/proxy/pages/index-content.ts'
import { jsonPage } from '../../../src/proxy/pages/json-page.ts'
import { choosePageFormat } from '../../../src/proxy/pages/page-format.ts'
import {
  decodePageRequest,
  encodePageRequest,
  type PageSubject,
} from '../../../src/proxy/pages/page-request.ts'
import { textPage } from '../../../src/proxy/pages/text-page.ts'
import type { Route } from '../../../src/routes/route.ts'
import { buildRouteTable } from '../../../src/routes/route-table.ts'

const route = (agent: string, service: string, position = 0): Route => ({
  agent,
  service,
  upstream: { kind: 'address', host: '127.0.0.1', port: 4000 },
  owner: { kind: 'run', runId: 'run_000000000001' },
  position,
})
const table = buildRouteTable(
  [route('myapp', 'web'), route('myapp', 'api', 1), route('other', 'db')],
  7,
)
const origin = { scheme: 'http', port: '8080' } as const
type ErrorSubject = Parameters<typeof errorContent>[0]
const content = (subject: ErrorSubject) => errorContent(subject, table.routes, origin)

const evil = `<script>alert("1")</script>&'\x1b[31m`
const noAnswer = {
  kind: 'no-answer',
  agent: 'myapp',
  service: 'web',
  isStatic: false,
  isStarting: false,
  port: 3000,
} as const

describe('formats', () => {
  test.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['application/json', 'json'],
    ['application/json, text/plain, */*', 'json'],
    ['application/problem+json', 'json'],
    ['text/html;q=0.5, application/json', 'json'],
    ['TEXT/HTML', 'html'],
    ['text/html;q=0', 'text'],
    ['text/html;q=x, application/json;q=0.1', 'json'],
    ['*/*', 'text'],
    ['', 'text'],
    ['text/plain, text/html;q=0.9', 'text'],
  ] as const)('Accept: %s gets %s', (accept, format) => {
    expect(choosePageFormat(accept)).toBe(format)
  })

  test('an error as data', () => {
    const page = content({
      kind: 'unknown-service',
      agent: 'myapp',
      service: 'wbe',
      nearest: 'web',
    })
    expect(JSON.parse(jsonPage(page))).toEqual({
      error: 'unknown-service',
      agent: 'myapp',
      service: 'wbe',
      reason: 'agent "myapp" has no service "wbe"; did you mean "web"?',
      fix: 'open http://web.myapp.localhost:8080',
      services: [
        { agent: 'myapp', name: 'web', url: 'http://web.myapp.localhost:8080' },
        { agent: 'myapp', name: 'api', url: 'http://api.myapp.localhost:8080' },
      ],
    })
  })

  test('an error as text', () => {
    expect(textPage(content({ kind: 'unknown-agent', agent: 'myap', nearest: 'myapp' }))).toBe(
      [
        '404 no agent "myap" is running here; did you mean "myapp"?',
        '  fix: agent list',
        '  web  http://web.myapp.localhost:8080',
        '  api  http://api.myapp.localhost:8080',
        '  db  http://db.other.localhost:8080',
        '',
      ].join('\n'),
    )
  })

  test('the index as data and as text', () => {
    const index = indexContent(table, undefined, { scheme: 'https', port: '' })
    expect(JSON.parse(jsonPage(index))).toEqual({
      agents: [
        {
          name: 'myapp',
          url: 'https://myapp.localhost',
          services: [
            { name: 'web', url: 'https://web.myapp.localhost' },
            { name: 'api', url: 'https://api.myapp.localhost' },
          ],
        },
        {
          name: 'other',
          url: 'https://other.localhost',
          services: [{ name: 'db', url: 'https://db.other.localhost' }],
        },
      ],
    })
    expect(textPage(indexContent(table, 'other', origin))).toBe(
      'other\n  db  http://db.other.localhost:8080\n',
    )
    expect(textPage(indexContent(buildRouteTable([], 1), undefined, origin))).toStartWith(
      'no agent',
    )
  })
})

describe('text from elsewhere', () => {
  const subjects: ErrorSubject[] = [
    { kind: 'foreign-host', host: evil },
    { kind: 'unknown-agent', agent: evil },
    { kind: 'unknown-service', agent: 'myapp', service: evil },
    {
      ...noAnswer,
      failure: { kind: 'bad-response', reason: evil },
      condition: { kind: 'unknown' },
    },
    { ...noAnswer, failure: { kind: 'refused' }, condition: { kind: 'unreachable', reason: evil } },
    { ...noAnswer, failure: { kind: 'unreachable', reason: evil }, condition: { kind: 'unknown' } },
  ]

  test.each(subjects)('is escaped and free of control characters: %j', (subject) => {
    const page = content(subject)
    const html = htmlPage(page, '1.2.3')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('\x1b')
    expect(textPage(page)).not.toContain('\x1b')
    expect(page.reason).not.toContain('\x1b')
  })

  test('nothing of ours is told to a name of somebody else', () => {
    expect(content({ kind: 'foreign-host', host: 'evil.com' }).services).toEqual([])
  })
})

describe('what a browser gets', () => {
  test('is whole in itself', () => {
    for (const page of [
      content({ kind: 'loop', agent: 'myapp', service: 'web' }),
      indexContent(table, undefined, origin),
    ]) {
      const html = htmlPage(page, '1.2.3')
      expect(html).toStartWith('<!doctype html>\n')
      expect(html).not.toMatch(/\ssrc=|@import|url\(/)
      expect(html.match(/href="(?!http:\/\/[a-z.]+localhost|data:,)/)).toBeNull()
    }
  })

  test('leads to the nearest name in one click', () => {
    const unknown = {
      kind: 'unknown-service',
      agent: 'myapp',
      service: 'wbe',
      nearest: 'web',
    } as const
    expect(htmlPage(content(unknown), '')).toContain(
      '<p>Open <a href="http://web.myapp.localhost:8080">http://web.myapp.localhost:8080</a></p>',
    )
  })

  test('says whose a service is where there are several agents, and once where there is one', () => {
    const all = htmlPage(content({ kind: 'unknown-agent', agent: 'x' }), '')
    expect(all.match(/<h2>.*?<\/h2>/g)).toEqual(['<h2>myapp</h2>', '<h2>other</h2>'])
    expect(htmlPage(indexContent(table, 'myapp', origin), '')).not.toContain('<h2>')
  })

  test('a service that is starting is asked again', () => {
    const page = content({
      ...noAnswer,
      isStarting: true,
      failure: { kind: 'refused' },
      condition: { kind: 'starting', sinceMs: 1_500, listens: false },
    })
    expect(page).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } })
    expect(htmlPage(page, '')).toContain('<meta http-equiv="refresh" content="1">')
  })

  test('the loop page names changeOrigin', () => {
    expect(htmlPage(content({ kind: 'loop', agent: 'myapp', service: 'web' }), '')).toContain(
      'changeOrigin',
    )
  })

  test('a static route says where it leads and how to remove it', () => {
    const page = content({
      ...noAnswer,
      isStatic: true,
      port: 4000,
      failure: { kind: 'refused' },
      condition: { kind: 'not-listening' },
    })
    expect(page.fix).toBe('start it, or remove the route: agent route remove web.myapp')
    expect(htmlPage(page, '')).toContain('<code>agent route remove web.myapp</code>')
  })
})

test('a page request survives its way through a request target', () => {
  const subjects: PageSubject[] = [
    { kind: 'index', path: '/%&?=+ \xff' },
    { kind: 'unknown-service', agent: 'é', service: evil, nearest: undefined },
    { ...noAnswer, failure: { kind: 'refused' }, condition: { kind: 'exited', exitCode: 1 } },
  ]
  for (const subject of subjects) {
    const request = { subject, method: 'GET', scheme: 'https', port: '' } as const
    const target = encodePageRequest(request)
    expect(target).toMatch(/^\/[!-~]+$/)
    expect(decodePageRequest(`http://localhost${target}`)).toEqual(request)
  }
  expect(decodePageRequest('http://localhost/')).toBeUndefined()
  expect(decodePageRequest('http://localhost/?page={}')).toBeUndefined()
  expect(decodePageRequest('http://localhost/?page=x')).toBeUndefined()
})
