import { expect } from 'bun:test'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { sideBySide } from '../support/side-by-side.ts'
import { EmbeddedHome } from './embedded-home.ts'

const HOMES = 2
const ROUNDS = 20
/** A start takes about this long; kills come somewhere in it. */
const MOMENT_LIMIT_MS = 160

/** Starts are killed at whatever moment; in the end only whole runs live, and nothing is left of them once they are stopped. */
async function killStarts(seed: number): Promise<void> {
  const random = seededRandom(seed)
  await using bed = new EmbeddedHome()
  for (let round = 0; round < ROUNDS; round++) {
    const isAttached = random() < 0.5
    const atMs = random() * MOMENT_LIMIT_MS
    const isDaemonToo = random() < 0.3
    const name = `run-${round}`
    const command = bed.spawnRun(name, { attached: isAttached })
    await Bun.sleep(atMs)
    const pids = [command.pid, ...(isDaemonToo ? [bed.view.daemonPid() ?? 0] : [])]
    const killed = pids.flatMap((pid) => identityOf(pid) ?? [])
    for (const one of killed) signalProcess(one, 'SIGKILL')
    expect(await haveEnded(killed, 5000)).toBe(true)
    await command.exited
    try {
      await bed.home.answer(['list'])
      await bed.untilInOrder()
    } catch (cause) {
      const who = `${isAttached ? 'attached' : 'detached'}${isDaemonToo ? ' and daemon' : ''}`
      throw new Error(
        `seed ${seed}, ${name}, ${who} after ${atMs.toFixed(0)} ms: ${String(cause)}`,
        {
          cause,
        },
      )
    }
  }
  await bed.home.agent(['stop', '--all', '--time', '0'])
  await bed.home.agent(['proxy', 'stop'])
  await bed.untilEmpty()
}

embeddedTest(
  'a start that is killed at whatever moment leaves a whole run or nothing',
  async () => {
    const seed = Number(process.env['AGENT_TEST_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (AGENT_TEST_SEED=${seed} repeats the choices)`)
    await sideBySide([seed, seed + 1].slice(0, HOMES), HOMES, killStarts)
  },
  120_000,
)
