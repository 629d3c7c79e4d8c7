import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { get, until } from '../../e2e/support/agent-home.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { finished } from '../../support/finished.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { echoProject } from './echo-project.ts'
import { LastingSocket } from './lasting-socket.ts'
import { RouteWatch } from './route-watch.ts'
import { compileTwoBuilds } from './two-builds.ts'
import { UpgradedHome } from './upgraded-home.ts'

const DETACHED = ['a', 'b', 'c', 'd']
/** Its command stays, and is of the older version to its end. */
const ATTACHED = 'e'
const SOCKETS_PER_RUN = 4
/** How long an agent may be out of reach at most, on a machine that others use too. */
const GAP_LIMIT_MS = 1500

const proxyStatus = z.object({ version: z.string(), port: z.number() })

engineTest('an upgrade under five runs on an engine', () => upgradeUnderRuns('docker'), 180_000)

embeddedTest(
  'an upgrade under five runs without an engine',
  () => upgradeUnderRuns('embedded'),
  180_000,
)

/**
 * A newer binary takes the place of the older one, and its next command the place of the background process:
 * every run goes on, every route answers again at once, every WebSocket is open again. The older binary then says that it is too old.
 */
async function upgradeUnderRuns(runtime: 'docker' | 'embedded'): Promise<void> {
  using folder = temporaryFolder()
  const { older, newer } = await compileTwoBuilds(folder.path)
  await using home = new UpgradedHome(folder.path, runtime)
  home.install(older)
  const project = home.project('served', echoProject(runtime))
  for (const name of DETACHED) await home.answer(['run', '-d', ...home.startOf(name, project)])
  const attached = home.spawn(['run', ...home.startOf(ATTACHED, project)])
  const watches: RouteWatch[] = []
  const sockets: LastingSocket[] = []
  for (const name of [...DETACHED, ATTACHED]) {
    await until(`${name} has its URL`, async () => (await home.agent(['url', name])).code === 0)
    const url = await home.answer(['url', name])
    await until(`${name} answers`, async () => (await get(url)).status === 200)
    watches.push(new RouteWatch(url, (await get(url)).body))
    for (let count = 0; count < SOCKETS_PER_RUN; count++)
      sockets.push(await LastingSocket.open(url))
  }
  const before = { live: await home.live(), ...(await statusOf(home)) }
  expect(before).toMatchObject({ version: '1.0.0' })

  home.install(newer)
  // Migrates the database under the older background process, which goes on serving.
  expect(await home.live()).toEqual(before.live)
  await Promise.all(sockets.map((socket) => socket.echo('not yet')))
  expect(sockets.every(({ cuts }) => cuts === 0)).toBe(true)
  const startedMs = performance.now()
  await home.answer(['proxy', 'start'])
  const commandMs = performance.now() - startedMs
  await Promise.all(sockets.map((socket, index) => socket.echo(`still there? ${index}`)))

  expect({ live: await home.live(), ...(await statusOf(home)) }).toEqual({
    ...before,
    version: '1.1.0',
  })
  await home.answer(['run', '-d', ...home.startOf('f', project)])
  await home.answer(['stop', 'f', '--time', '0'])
  for (const watch of watches) await watch.end()
  const outage = {
    route: Math.max(...watches.map(({ longestGapMs }) => longestGapMs)),
    socket: Math.max(...sockets.map(({ longestGapMs }) => longestGapMs)),
  }
  console.log(
    `${runtime}: the command took ${commandMs.toFixed(0)} ms; ` +
      `${sum(watches.map(({ answers }) => answers))} answers, the longest wait for one ${outage.route.toFixed(0)} ms; ` +
      `${sockets.length} WebSockets, ${sum(sockets.map(({ cuts }) => cuts))} cuts, the longest ${outage.socket.toFixed(0)} ms`,
  )
  for (const socket of sockets) socket.end()
  expect(sockets.every(({ cuts }) => cuts <= 1)).toBe(true)
  expect(outage.route).toBeLessThan(GAP_LIMIT_MS)
  expect(outage.socket).toBeLessThan(GAP_LIMIT_MS)

  await refusesNewerState(home, older)
  home.install(newer)
  await home.answer(['stop', '--all', '--time', '0'])
  expect((await finished(attached)).code).not.toBe(125)
  expect(await home.live()).toEqual([])
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

async function statusOf(home: UpgradedHome): Promise<z.infer<typeof proxyStatus>> {
  return proxyStatus.parse(await home.json(['proxy', 'status']))
}

/** The older binary changes nothing of a database it does not know, and tells the way out. */
async function refusesNewerState(home: UpgradedHome, older: string): Promise<void> {
  const live = await home.live()
  home.install(older)
  const database = join(home.stateDir, 'state.db')
  const bytes = readFileSync(database)
  for (const command of [['list'], ['stop', '--all'], ['proxy', 'start']]) {
    const { code, stderr } = await home.agent(command)
    expect({ command, code }).not.toEqual({ command, code: 0 })
    expect(stderr).toContain('made by a newer agent')
    expect(stderr).toContain('use the newer agent')
  }
  expect(readFileSync(database).equals(bytes)).toBe(true)
  expect(live).toHaveLength(DETACHED.length + 1)
}
