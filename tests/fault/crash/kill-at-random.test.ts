import { expect } from 'bun:test'
import { AgentHome } from '../../e2e/support/agent-home.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { HomeView } from '../support/home-view.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { sideBySide } from '../support/side-by-side.ts'
import { shortIdle } from './fault-points.ts'
import { project } from './lives.ts'
import {
  explain,
  recover,
  recoveries,
  type Recovered,
  summaryOf,
  untilInOrder,
  untilNothingIsLeft,
} from './recovery.ts'

const homes = 5
const killsPerHome = 20
/** A start takes about this long; kills come somewhere in it. */
const momentLimitMs = 450

engineTest(
  'whoever is killed at whatever moment of a mix of commands, all is in order after the next one',
  async () => {
    const seed = Number(process.env['AGENT_TEST_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (AGENT_TEST_SEED=${seed} repeats the choices)`)
    const startedMs = performance.now()
    const mixes = await sideBySide(
      Array.from({ length: homes }, (_, index) => seed + index),
      homes,
      killInMix,
    )
    const recovered = mixes.flatMap((mix) => mix.recovered)
    const problems = mixes.flatMap((mix) => mix.problems)
    console.log(
      `${recovered.length} kills in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
    )
    for (const line of summaryOf(recovered)) console.log(line)
    expect(problems).toEqual([])
    expect(recovered).toHaveLength(homes * killsPerHome)
  },
  600_000,
)

type Mix = { recovered: Recovered[]; problems: string[] }

/** One home in which commands run side by side, and somebody is killed again and again. */
async function killInMix(seed: number): Promise<Mix> {
  const random = seededRandom(seed)
  await using home = new AgentHome({ env: shortIdle })
  const view = new HomeView(home)
  const mix: Mix = { recovered: [], problems: [] }
  let round = 'the beginning'
  try {
    for (let kill = 0; kill < killsPerHome; kill++) {
      const commands = Array.from({ length: 2 }, () => aCommand(home, random))
      const victim = pick(['command', 'daemon', 'both'] as const, random)
      const atMs = random() * momentLimitMs
      const recovery = pick(recoveries, random)
      round = `kill ${kill} of seed ${seed}: ${commands.join(' and ')}, ${victim} died after ${atMs.toFixed(0)} ms, then ${recovery}`
      await playRound(home, { commands, victim, atMs })
      const before = await view.inventory()
      await recover(home, recovery)
      const settledMs = await untilInOrder(view)
      mix.recovered.push({ before, settledMs })
    }
    round = `the end of seed ${seed}`
    await home.agent(['stop', '--all', '--time', '0'])
    await untilNothingIsLeft(view)
    const [last] = mix.recovered.slice(-1)
    if (last !== undefined) last.after = await view.inventory()
  } catch (error) {
    mix.problems.push(`${round}: ${explain(error, home)}`)
  }
  return mix
}

const names = ['x', 'y', 'z']

function aCommand(home: AgentHome, random: () => number): string[] {
  const name = pick(names, random)
  const start = ['run', '--no-sandbox', '--name', name, home.project('p', project)]
  return pick(
    [
      start,
      [...start, '-d'],
      [...start, '-d'],
      [...start, '-d', '--', 'sh', '-c', 'echo said; sleep 0.2; exit 3'],
      ['stop', name, '--time', '0'],
      ['destroy', name, '--time', '0'],
      ['list', '-a'],
    ],
    random,
  )
}

async function playRound(
  home: AgentHome,
  round: { commands: readonly string[][]; victim: 'command' | 'daemon' | 'both'; atMs: number },
): Promise<void> {
  const children = round.commands.map((command) => home.spawn(command))
  await Bun.sleep(round.atMs)
  const daemon = new HomeView(home).daemonPid()
  const [command] = children
  const victims = [
    ...(round.victim === 'command' || daemon === undefined ? [] : [daemon]),
    ...(round.victim === 'daemon' || command === undefined ? [] : [command.pid]),
  ].flatMap((pid) => identityOf(pid) ?? [])
  for (const each of victims) signalProcess(each, 'SIGKILL')
  expect(await haveEnded(victims, 5000)).toBe(true)
  // An attached run goes on until it is interrupted; everything else comes to its end.
  await Promise.race([Promise.all(children.map((child) => child.exited)), Bun.sleep(1000)])
  for (const [index, child] of children.entries())
    if (round.commands[index]?.includes('-d') === false) child.kill('SIGINT')
  const limit = Bun.sleep(60_000).then(() => {
    throw new Error(`has not ended after 60 s: ${round.commands.join(' and ')}`)
  })
  await Promise.race([Promise.all(children.map((child) => child.exited)), limit])
}

function pick<T>(choices: readonly T[], random: () => number): T {
  const chosen = choices[Math.floor(random() * choices.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}
