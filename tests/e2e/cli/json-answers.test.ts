import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

const runId = z.string().regex(/^run_[0-9a-f]{12}$/)
const service = z.strictObject({ name: z.string(), url: z.url() })
const started = z.strictObject({ id: runId, name: z.string(), services: z.array(service) })

const listedRun = z.strictObject({
  name: z.string(),
  id: runId,
  state: z.enum(['running', 'stopped', 'failed']),
  runtime: z.literal('docker'),
  sandbox: z.enum(['gvisor', 'none']),
  ageMs: z.number().nonnegative(),
  workspace: z.string(),
  image: z.string(),
  attached: z.boolean(),
  exitCode: z.number().optional(),
  error: z.string().optional(),
  agent: z.string().optional(),
  version: z.string().optional(),
  services: z.array(service.partial({ url: true })),
})
const list = z.strictObject({ runs: z.array(listedRun) })

const proxyStatus = z.strictObject({
  listening: z.boolean(),
  port: z.number().optional(),
  addresses: z.array(z.string()),
  pinned: z.boolean(),
  service: z.boolean(),
  pid: z.number(),
  version: z.string(),
  uptimeMs: z.number(),
  routes: z.number(),
  requests: z.number(),
  failures: z.number(),
  openConnections: z.number(),
  tunnels: z.number(),
  upstreamConnections: z.number(),
  idleUpstreamConnections: z.number(),
})

const runtime = z.looseObject({
  kind: z.string(),
  description: z.string(),
  endpoint: z.string(),
  gvisor: z.boolean(),
  buildkit: z.boolean(),
})

const status = z.strictObject({
  runtime,
  others: z.array(runtime),
  proxy: proxyStatus,
  runs: z.strictObject({
    live: z.number(),
    ended: z.number(),
    orphaned: z.number(),
    uncleaned: z.number(),
    list: z.array(
      z.strictObject({
        name: z.string(),
        id: z.string(),
        state: z.string(),
        containerBytes: z.number(),
        volumeBytes: z.number(),
      }),
    ),
  }),
  images: z.array(
    z.strictObject({
      name: z.string(),
      sizeBytes: z.number(),
      containers: z.number(),
      endpoint: z.string(),
    }),
  ),
  disks: z.array(
    z.strictObject({ path: z.string(), freeBytes: z.number(), totalBytes: z.number() }),
  ),
  health: z.array(z.strictObject({ what: z.string(), fix: z.string() })),
  unknown: z.array(z.string()),
  state: z.string(),
})

const logLine = z.strictObject({
  stream: z.enum(['stdout', 'stderr']),
  timestamp: z.iso.datetime({ precision: 9 }),
  text: z.string(),
})

const route = z.strictObject({
  name: z.string(),
  url: z.url().optional(),
  upstream: z.string(),
  owner: z.string(),
})

const ended = z.strictObject({
  runs: z.array(z.strictObject({ id: runId, name: z.string(), failures: z.array(z.string()) })),
})

engineTest(
  'every answer has its shape with --json',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', {
      'agent.yaml': `image: busybox:latest
agent: claude
version: 1.2.3
ports: { web: 3000, api: 8080 }
command: [sh, -c, "echo out; echo err >&2; exec sleep 300"]
`,
    })
    const json = async <T>(schema: z.ZodType<T>, ...words: string[]): Promise<T> =>
      schema.parse(await home.json(words))

    const run = await json(started, 'run', '-d', '--name', 'a', project)
    expect(run.services.map(({ name }) => name)).toEqual(['web', 'api'])
    const [listed] = (await json(list, 'list')).runs
    expect(listed).toMatchObject({ name: 'a', id: run.id, state: 'running', attached: false })
    expect(listed).toMatchObject({ agent: 'claude', version: '1.2.3', services: run.services })
    const url = z.strictObject({ service: z.string(), url: z.url() })
    const [web, api] = run.services
    expect(await json(url, 'url', 'a')).toEqual({ service: 'web', url: web?.url ?? '' })
    expect(await json(url, 'url', 'a', 'api')).toEqual({ service: 'api', url: api?.url ?? '' })

    const lines = (await home.answer(['logs', 'a', '--json'])).split('\n')
    const logged = lines.map((line) => logLine.parse(JSON.parse(line)))
    expect(logged.map(({ stream, text }) => `${stream} ${text}`).sort()).toEqual([
      'stderr err',
      'stdout out',
    ])

    expect(await json(proxyStatus, 'proxy', 'status')).toMatchObject({ listening: true, routes: 2 })
    expect(await json(status, 'status')).toMatchObject({ runs: { live: 1, ended: 0 } })

    const added = z.strictObject({
      service: z.string(),
      agent: z.string(),
      url: z.url(),
      upstream: z.strictObject({ kind: z.literal('address'), host: z.string(), port: z.number() }),
    })
    expect(await json(added, 'route', 'add', 'docs.tools', '[::1]:4000')).toMatchObject({
      service: 'docs',
      agent: 'tools',
      upstream: { host: '::1', port: 4000 },
    })
    const routes = await json(z.strictObject({ routes: z.array(route) }), 'route', 'list')
    expect(routes.routes.map(({ name, owner }) => `${name} ${owner}`)).toEqual([
      `web.a ${run.id}`,
      `api.a ${run.id}`,
      'docs.tools static',
    ])
    const removed = z.strictObject({ removed: z.string() })
    expect(await json(removed, 'route', 'rm', 'docs.tools')).toEqual({ removed: 'docs.tools' })

    const stopped = z.strictObject({ stopped: z.boolean() })
    expect(await json(stopped, 'proxy', 'stop')).toEqual({ stopped: true })
    expect(await json(stopped, 'proxy', 'stop')).toEqual({ stopped: false })
    // Without a proxy nothing is reached, so no URL is told.
    expect((await json(list, 'list')).runs[0]?.services).toEqual([{ name: 'web' }, { name: 'api' }])
    const listening = z.strictObject({ port: z.number(), url: z.url() })
    await json(listening, 'proxy', 'start')
    await json(listening, 'proxy', 'restart')

    expect(await json(ended, 'stop', 'a', '--time', '0')).toMatchObject({
      runs: [{ name: 'a', failures: [] }],
    })
    expect((await json(list, 'list')).runs).toEqual([])
    expect((await json(list, 'ls', '-a')).runs).toMatchObject([{ state: 'stopped' }])
    expect(await json(ended, 'destroy')).toMatchObject({ runs: [{ id: run.id }] })
    const version = z.strictObject({
      version: z.string(),
      commit: z.string().nullable(),
      bun: z.string(),
    })
    await json(version, 'version')
  },
  60_000,
)

engineTest('a table is aligned text, and -d answers with the id alone', async () => {
  await using home = new AgentHome()
  const project = home.project('p', {
    'agent.yaml': 'image: busybox:latest\nports: { web: 3000 }\n',
  })
  const { stdout, stderr } = await home.agent([
    'run',
    '-d',
    '--name',
    'long-name',
    project,
    '--',
    'sleep',
    '300',
  ])
  const id = runId.parse(stdout.trim())
  expect(stdout).toBe(`${id}\n`)
  expect(stderr).toMatch(new RegExp(`^agent "long-name" started \\(${id}\\)$`, 'm'))
  const url = await home.answer(['url', 'long-name'])
  expect(stderr).toContain(`  web  ${url}\n`)
  const [header = '', row = ''] = (await home.answer(['list'])).split('\n')
  expect(header).toMatch(/^NAME {7}RUN ID {12}STATE {4}RUNTIME {2}AGE {2}SERVICES$/)
  expect(row).toMatch(new RegExp(`^long-name  ${id}  running  docker   \\d+s   ${url}$`))
  // Any unique beginning of the id is a name too.
  expect(await home.answer(['url', id.slice(0, 12)])).toBe(url)
  expect(await home.answer(['url', id.slice(4, 12)])).toBe(url)
})
