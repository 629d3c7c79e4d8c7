import { expect } from 'bun:test'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { ORDINARY_UID, ProgramAsUser } from '../../support/ordinary-user.ts'
import { sideBySide } from '../support/side-by-side.ts'
import { EmbeddedHome, type HomeOptions } from './embedded-home.ts'
import { type Victim, victims } from './victims.ts'

/** One kill: when all was gone (or answered again, where it should live), and when all was in order. */
type Round = { goneMs: number; inOrderMs: number }
type Results = Map<Victim, Round[]>

/** A run that nobody does anything to. */
const BYSTANDER = 'bystander'
/** A detached command that has started its run ends a moment later, by itself. */
const ATTEMPTS = 10

/** Undefined when there was nobody to be killed any more. */
async function playRound(
  bed: EmbeddedHome,
  victim: Victim,
  name: string,
): Promise<Round | undefined> {
  const { command, run } = await bed.start(name, victim)
  if (victim.atOnce !== true) await bed.answers(name)
  const chain = bed.chainOf(run)
  const [cli, daemon] = [command.pid, bed.view.daemonPid() ?? 0].map(identityOf)
  const killed = victim.of({ chain, cli, daemon }).flatMap((one) => one ?? [])
  const startedMs = performance.now()
  for (const one of killed) signalProcess(one, 'SIGKILL')
  const isToLive = victim.goneWithinMs === 'lives'
  const goneMs = isToLive ? 0 : await chain.gone()
  // The kernel takes a moment to bury a large process; until then the next command sees it alive.
  expect(await haveEnded(killed, 5000)).toBe(true)
  await command.exited
  await bed.home.answer(['list'])
  if (isToLive) await bed.answers(name)
  else await bed.untilCleaned(run)
  const inOrderMs = performance.now() - startedMs
  await bed.answers(BYSTANDER)
  if (victim.goneWithinMs === 'lives') {
    expect(chain.isWhole()).toBe(true)
    await bed.home.answer(['stop', name, '--time', '0'])
    await chain.gone()
    await bed.untilCleaned(run)
  } else expect(goneMs).toBeLessThan(victim.goneWithinMs)
  const { state, exitCode } = bed.view.run(name) ?? {}
  if (victim.recordedAs !== undefined) expect({ state, exitCode }).toEqual(victim.recordedAs)
  return killed.length === 0 ? undefined : { goneMs, inOrderMs }
}

/** Every victim, in two homes at a time: deaf commands only wait for the end of their grace. */
async function playAll(roundsEach: number, options: HomeOptions = {}): Promise<Results> {
  const deaf = victims.filter((victim) => victim.deaf === true)
  const others = victims.filter((victim) => victim.deaf !== true)
  const results = await Promise.all([
    playInHome(others, { roundsEach, width: 1, options }),
    playInHome(deaf, { roundsEach, width: roundsEach, options }),
  ])
  return new Map(results.flatMap((some) => [...some]))
}

async function playInHome(
  some: readonly Victim[],
  { roundsEach, width, options }: { roundsEach: number; width: number; options: HomeOptions },
): Promise<Results> {
  await using bed = new EmbeddedHome(options)
  await bed.start(BYSTANDER, { attached: false })
  await bed.answers(BYSTANDER)
  const results: Results = new Map()
  for (const [place, victim] of some.entries()) {
    const names = Array.from({ length: roundsEach }, (_, round) => `run-${place}-${round}`)
    const rounds = await sideBySide(names, width, (name) => playNamed(bed, victim, name))
    results.set(victim, rounds)
  }
  await bed.home.answer(['stop', BYSTANDER, '--time', '0'])
  await bed.home.answer(['proxy', 'stop'])
  await bed.untilEmpty()
  return results
}

async function playNamed(bed: EmbeddedHome, victim: Victim, name: string): Promise<Round> {
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const round = await playRound(bed, victim, `${name}-${attempt}`)
      if (round !== undefined) return round
    }
    throw new Error(`it had ended before it could be killed, ${ATTEMPTS} times`)
  } catch (cause) {
    throw new Error(`SIGKILL of ${victim.name}, ${name}: ${String(cause)}`, { cause })
  }
}

function printTable(results: Results): void {
  console.log('SIGKILL of | rounds | all gone after, median / max | in order after, median / max')
  for (const [{ name, goneWithinMs }, rounds] of results) {
    const gone = goneWithinMs === 'lives' ? 'lives on' : spread(rounds.map((one) => one.goneMs))
    const inOrder = spread(rounds.map((one) => one.inOrderMs))
    console.log(`${name} | ${rounds.length} | ${gone} | ${inOrder}`)
  }
}

function spread(timesMs: readonly number[]): string {
  const sorted = timesMs.toSorted((a, b) => a - b)
  const [median = 0] = sorted.slice(Math.floor((sorted.length - 1) / 2))
  return `${median.toFixed(0)} / ${(sorted.at(-1) ?? 0).toFixed(0)} ms`
}

embeddedTest(
  'whoever of a run is killed, what should die is gone and what should live answers by name',
  async () => {
    printTable(await playAll(10))
  },
  300_000,
)

const asUser = 'the same for an ordinary user'
if (process.getuid?.() !== 0) skippedTest(asUser, 'the tests run as one already')
else
  embeddedTest(
    asUser,
    async () => {
      const user = { uid: ORDINARY_UID, gid: ORDINARY_UID }
      using program = new ProgramAsUser(user)
      printTable(await playAll(2, { binary: program.file, user }))
    },
    120_000,
  )
