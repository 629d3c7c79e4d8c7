import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { netstackRuntime } from '../../engine/netstack-runsc.ts'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { AgentHome, docker, get, NO_ENGINE, until } from '../support/agent-home.ts'
import { clientPrograms, type ClientPrograms } from './client-programs.ts'
import { GvisorRelay } from './gvisor-relay.ts'
import { insideClients, probeScript, readProbes } from './inside-clients.ts'

/** Says in its answer that it is one. */
const SERVER = `
require('node:http').createServer((request, response) => {
  response.setHeader('Content-Type', 'text/html')
  response.end('<small>200</small>')
}).listen(3000)
`
const PROJECT = { 'agent.yaml': 'ports: { web: 3000 }\n', 'server.cjs': SERVER }
const LIMIT_MS = 240_000

type Made = { home: AgentHome; flags: readonly string[]; programs: ClientPrograms }

/** Starts two runs, has every program in one of them ask for its own service, the other's, and the index. */
async function measure({ home, flags, programs }: Made): Promise<Record<string, string>> {
  const project = home.project('project', PROJECT)
  const mounts = programs.mounts.flatMap((mount) => ['-m', mount])
  const start = ['run', '-d', ...flags, '--allow-unsafe-mount', ...mounts]
  const command = ['--', programs.paths.node, '/workspace/server.cjs']
  // On an engine of ours it is the first container there: its network has nobody else yet.
  await home.answer([...start, '--name', 'own', project, ...command])
  await home.answer([...start, '--name', 'other', project, ...command])
  const own = await home.answer(['url', 'own'])
  const other = await home.answer(['url', 'other'])
  for (const url of [own, other])
    await until(`${url} answers`, async () => (await get(url)).status === 200)
  const targets = [own, other, `http://localhost:${new URL(own).port}`]
  home.project('project', { 'probe.sh': probeScript(insideClients(programs.paths), targets) })
  return readProbes(await home.answer(['exec', 'own', '--', 'sh', '/workspace/probe.sh']))
}

const columns = ['Docker', 'gVisor', 'embedded'] as const
type Column = (typeof columns)[number]

/** The column of the table in the documents: by program, what is said of it. */
function documented(column: Column): Record<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/concepts/routing.md'), 'utf8')
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const ofTable = rows.filter(([, , cell = '']) => /^(?:(?:\d{3}|–) ?){3}$/.test(cell))
  const at = 2 + columns.indexOf(column)
  return Object.fromEntries(ofTable.map((cells) => [cells[1] ?? '', cells[at] ?? '']))
}

function expectAsDocumented(column: Column, measured: Record<string, string>): void {
  console.log(`${column}: own service, other run's service, index`)
  for (const [client, cells] of Object.entries(measured)) console.log(`  ${cells}  ${client}`)
  expect(measured).toEqual(documented(column))
}

const title = (where: string): string =>
  `who reaches its own names, and nothing else, inside ${where}`

/** Whether the engine has the gVisor that only engines of ours have. */
async function hasNetstack(): Promise<boolean> {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined) return false
  return (await docker(['info', '--format', '{{json .Runtimes}}'])).includes(`"${netstackRuntime}"`)
}

function declareTests(programs: ClientPrograms, isThereNetstack: boolean): void {
  engineTest(
    title('a container'),
    async () => {
      await using home = new AgentHome()
      const flags = ['--sandbox', 'none']
      expectAsDocumented('Docker', await measure({ home, flags, programs }))
    },
    LIMIT_MS,
  )

  const inGvisor = title('gVisor with its own network stack')
  if (!isThereNetstack) skippedTest(inGvisor, `the engine has no OCI runtime ${netstackRuntime}`)
  else
    engineTest(
      inGvisor,
      async () => {
        await using relay = await GvisorRelay.start(testEngine().dockerHost)
        await using home = new AgentHome({ env: { DOCKER_HOST: relay.endpoint } })
        const flags = ['--sandbox', 'gvisor']
        expectAsDocumented('gVisor', await measure({ home, flags, programs }))
        expect(relay.swapped).toBe(2)
        // The engine's own name server is out of reach there.
        expect(await home.answer(['exec', 'own', '--', 'cat', '/etc/resolv.conf'])).not.toContain(
          '127.0.0.11',
        )
      },
      LIMIT_MS,
    )

  embeddedTest(
    title('an embedded run'),
    async () => {
      await using home = new AgentHome({ env: { DOCKER_HOST: NO_ENGINE } })
      const flags = ['--runtime', 'embedded']
      expectAsDocumented('embedded', await measure({ home, flags, programs }))
    },
    LIMIT_MS,
  )
}

const programs = await clientPrograms()
if (typeof programs === 'string') skippedTest(title('a run'), programs)
else declareTests(programs, await hasNetstack())
