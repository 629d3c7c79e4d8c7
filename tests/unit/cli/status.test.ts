import { describe, expect, test } from 'bun:test'
import { healthFindings } from '../../../src/cli/status/health-findings.ts'
import { runDisk } from '../../../src/cli/status/run-disk.ts'
import type { Holdings } from '../../../src/run/holdings.ts'
import { AnApp } from './an-app.ts'
import { startedRun } from './started-run.ts'

const NOTHING: Holdings = {
  runtime: 'docker',
  endpoint: 'unix:///in-memory.sock',
  containers: [],
  images: [],
  volumes: [],
  networks: [],
  unknown: [],
}
const WELL = {
  counts: { live: 0, ended: 0, orphaned: 0, uncleaned: 0 },
  proxy: undefined,
  holdings: [],
  disks: [],
  version: '1.2.3',
}

const QUIET = {
  listening: false,
  addresses: [],
  pinned: false,
  pid: 1,
  uptimeMs: 0,
  routes: 0,
  requests: 0,
  openConnections: 0,
  tunnels: 0,
}

describe('the health of everything', () => {
  test('is good where nothing is left and nothing runs', () => {
    expect(healthFindings(WELL)).toEqual([])
  })

  test('is not where runs are orphaned, nobody looks after them, or the disk is nearly full', () => {
    const counts = { live: 2, ended: 1, orphaned: 1, uncleaned: 1 }
    const disks = [{ path: '/state', freeBytes: 1_000_000, totalBytes: 10_000_000_000 }]
    expect(healthFindings({ ...WELL, counts, disks })).toEqual([
      { what: '1 run whose command is dead', fix: 'agent clean' },
      { what: '1 ended run with something left', fix: 'agent clean' },
      { what: 'no background process looks after 2 live runs', fix: 'agent list' },
      { what: 'only 1.0 MB are free where /state is', fix: 'agent clean' },
    ])
  })

  test('tells of a background process of another version, and who gives way', () => {
    const proxy = { ...QUIET, version: '1.0.0' }
    const [older] = healthFindings({ ...WELL, proxy })
    expect(older?.fix).toBe('the next agent run replaces it')
    const [newer] = healthFindings({ ...WELL, proxy: { ...QUIET, version: '2.0.0' } })
    expect(newer?.fix).toBe('use the newer agent')
    expect(healthFindings({ ...WELL, proxy: { ...QUIET, version: WELL.version } })).toEqual([])
  })

  test('tells what no run accounts for, but not what another state folder has', () => {
    const volumes = [
      { name: 'lost', home: 'own', runId: 'run_1' },
      { name: 'known', home: 'own', runId: 'run_2', run: 'web' },
      { name: 'theirs', home: 'foreign', runId: 'run_3' },
    ] as const
    expect(healthFindings({ ...WELL, holdings: [{ ...NOTHING, volumes }] })).toEqual([
      { what: '1 thing that no run accounts for: lost', fix: 'agent clean' },
    ])
  })
})

test('the disk use of a run is that of all it has, unless one of it is not known', () => {
  const mine = { home: 'own', runId: 'run_1' } as const
  const volumes = [
    { ...mine, name: 'a', sizeBytes: 2 },
    { ...mine, name: 'b', sizeBytes: 3 },
    { ...mine, name: 'c', runId: 'run_2' },
  ]
  expect(runDisk('run_1', [{ ...NOTHING, volumes }])).toEqual({ volumeBytes: 5 })
  expect(runDisk('run_2', [{ ...NOTHING, volumes }])).toEqual({})
})

describe('agent status', () => {
  test('shows runs and images of ours, and what the runtime does not say as unknown', async () => {
    using app = new AnApp()
    const image = 'agentops/run:0123456789abcdef'
    app.runtime.images.add(image, { 'agentops.version': '1' })
    const run = await startedRun(app, { image })
    await app.run('status')
    const shown = app.output.answers.join('\n')
    expect(shown).toContain('runtime      In-memory 1 at unix:///in-memory.sock, no gVisor')
    expect(shown).toContain(`myapp (${run.id}, running): unknown written`)
    expect(shown).toContain('images       1, 1 B')
    expect(shown).toContain('no background process looks after 1 live run')
  })
})

describe('agent system', () => {
  test('shows whose a container is and which run it belongs to', async () => {
    using app = new AnApp()
    await startedRun(app, {})
    await app.run('system', 'containers')
    expect(app.output.answers.join('\n')).toMatch(
      /agentops-myapp-\w+ +myapp +main +running +unknown +1s +docker +own/,
    )
  })

  test('takes an image that another state folder built for foreign, whoever uses it', async () => {
    using app = new AnApp()
    const image = 'agentops/run:0123456789abcdef'
    const labels = { 'agentops.version': '1', 'agentops.home': 'another' }
    app.runtime.images.add(image, labels)
    await startedRun(app, { image })
    await app.run('system', 'images')
    expect(app.output.answers.join('\n')).toMatch(/agentops\/run:\w+ +1 B +\w+ +1 +docker +foreign/)
  })
})
