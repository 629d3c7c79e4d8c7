import { expect, test } from 'bun:test'
import { DaemonSupervision } from '../../../src/cli/daemon-supervision.ts'
import { handOver } from '../../../src/daemon/hand-over.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { Daemons } from '../daemon/daemons.ts'
import { eventually } from '../run/life-cycle.ts'
import { AnApp } from './an-app.ts'

/** The connection that a command has to the background process of these. */
function supervisionBy(daemons: Daemons, app: AnApp): DaemonSupervision {
  const context = { ...app.context, paths: daemons.life.context.paths }
  return new DaemonSupervision(context, daemons.state, { port: 0, source: 'default' })
}

test('a command asks the next background process when the one before has gone', async () => {
  using app = new AnApp()
  await using daemons = new Daemons()
  const first = await daemons.start()
  using supervision = supervisionBy(daemons, app)
  await supervision.watch(daemons.life.runtime)
  await handOver(await daemons.connection())
  await first.ended
  await daemons.start()
  expect(await supervision.proxyPort()).toBeGreaterThan(0)
})

test('a command holds its run through every change of background processes', async () => {
  using app = new AnApp()
  await using daemons = new Daemons()
  let current = await daemons.start()
  const { life } = daemons
  const { run } = await life.start({ attached: true, services: [] })
  life.supervisor.leave()
  const supervision = supervisionBy(daemons, app)
  await supervision.takeOver(run.id, { attached: true })
  for (let round = 0; round < 2; round++) {
    await handOver(await daemons.connection())
    await current.ended
    current = await daemons.start()
    expect(life.run(run.id)?.state).toBe('running')
  }
  // It waits a moment before it looks for the next one; once it has found it, its end counts there.
  await supervision.watch(life.runtime)
  supervision[Symbol.dispose]()
  life.context.runs.adopt(run.id, { pid: 7, start: 'then', bootId: 'boot' })
  await eventually(() => life.run(run.id)?.cleanedAtMs)
  expect(life.run(run.id)?.state).toBe('stopped')
})

test('a run that was let go is nobody’s to stop', async () => {
  using app = new AnApp()
  await using daemons = new Daemons()
  await daemons.start()
  const { life } = daemons
  const { run } = await life.start({ attached: true, services: [] })
  life.supervisor.leave()
  const supervision = supervisionBy(daemons, app)
  await supervision.takeOver(run.id, { attached: true })
  life.context.runs.detach(run.id)
  await supervision.release(run.id)
  supervision[Symbol.dispose]()
  await (await daemons.connection()).hello()
  expect(life.run(run.id)?.state).toBe('running')
})

test('no background process to be had is the error of the call, and of nothing else', async () => {
  using app = new AnApp()
  await using daemons = new Daemons()
  const supervision = supervisionBy(daemons, app)
  const { message } = await rejectionOf(supervision.watch(daemons.life.runtime))
  expect(message).toContain('ENOENT')
  expect((await rejectionOf(supervision.proxyPort())).message).toContain('ENOENT')
  supervision[Symbol.dispose]()
  await new Promise(setImmediate)
})
