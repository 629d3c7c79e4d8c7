import { expect } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { sideBySide } from '../support/side-by-side.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { compileTestBuild } from '../support/test-build.ts'
import { pointsOf } from './fault-points.ts'
import { type Drill, killAtPoint } from './kill-at-point.ts'
import type { Life } from './lives.ts'
import { recoveries } from './recovery.ts'

const homesAtOnce = 4
const victims = ['command', 'both'] as const
const ofNetwork = /:(network-ensure|confine|create|release|network-remove)$/

/** A run with a network that is closed, which ends by itself. */
const strictLife: Life = {
  name: 'strict',
  kind: 'start attached',
  prepare: async (home) => {
    home.project('p', { 'agent.yaml': 'image: busybox:latest\nnetwork: { policy: strict }\n' })
  },
  begin: (home, env) => home.spawn(['run', '--name', 'a', 'p', '--', 'true'], { env }),
  go: async (_home, child) => {
    await child.exited
  },
}

/** The program of the engine's own tools; undefined on an engine of another's. */
function nftProgram(): string | undefined {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined) return undefined
  const beside = join(dirname(testEngine().dockerCli), 'nft')
  return existsSync(beside) ? beside : undefined
}

function tablesOfRuns(nft: string): string[] {
  const said = execFileSync(nft, ['list', 'tables'], { encoding: 'utf8' })
  return said.split('\n').filter((line) => line.includes('agentops-run_'))
}

async function drill(nft: string): Promise<void> {
  using folder = temporaryFolder()
  const binary = await compileTestBuild(folder.path)
  const before = tablesOfRuns(nft)
  const points = (await pointsOf(strictLife, binary)).filter(
    ({ role, name }) => role === 'command' && ofNetwork.test(name),
  )
  const drills = points.flatMap((point, at) =>
    victims.map((victim, shift): Drill => {
      const recovery = recoveries[(at + shift) % recoveries.length] ?? 'stop'
      return { point: { ...point, name: `${point.name}#1` }, victim, recovery }
    }),
  )
  const results = await sideBySide(drills, homesAtOnce, (each) => killAtPoint(each, binary))
  console.log(`${drills.length} drills: ${points.map(({ name }) => name).join(' ')}`)
  const problems = results.flatMap((result) =>
    'problem' in result
      ? `${result.drill.point.name}, ${result.drill.victim}, ${result.drill.recovery}: ${result.problem}`
      : [],
  )
  expect(points.map(({ name }) => name)).toContain('after-call:confine')
  expect(results.filter(({ reached }) => reached).length).toBeGreaterThan(drills.length / 2)
  expect(problems).toEqual([])
  expect(tablesOfRuns(nft).filter((table) => !before.includes(table))).toEqual([])
}

const title =
  'whoever dies while a closed network is made or ended, no container, network or rule is left'
const nft = nftProgram()
if (nft === undefined) skippedTest(title, 'there is no nft beside the client of a test engine')
else engineTest(title, () => drill(nft), 300_000)
