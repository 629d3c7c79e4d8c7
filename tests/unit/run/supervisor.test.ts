import { describe, expect, test } from 'bun:test'
import { endRun } from '../../../src/run/end-run.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { eventually, LifeCycle } from './life-cycle.ts'

const SHORT = ['sh', '-c', 'echo done; exit 3']

describe('a supervised run', () => {
  test('that is detached and ends by itself is cleaned up', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run } = await life.start({ command: SHORT })
    const ended = await eventually(() => cleaned(life, run.id))
    expect(ended).toMatchObject({ state: 'failed', exitCode: 3 })
    expect(await life.leftovers(run.id)).toEqual([])
    expect(life.log).toEqual([])
  })

  test('that is attached is left to its command first', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run, exit } = await life.start({ attached: true, command: SHORT })
    const status = await exit.exit
    // The command looks at the output, then ends the run itself and goes.
    expect(life.run(run.id)?.state).toBe('running')
    await endRun(run.id, life.context, { graceMs: 0, exit: status, requested: false })
    life.holders.get(run.id)?.resolve()
    expect(life.run(run.id)).toMatchObject({ state: 'failed', exitCode: 3 })
    expect(await life.leftovers(run.id)).toEqual([])
  })

  test('that is attached and ended is cleaned up when its command dies instead', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run, exit } = await life.start({ attached: true, command: SHORT })
    await exit.exit
    life.holders.get(run.id)?.resolve()
    const ended = await eventually(() => cleaned(life, run.id))
    expect(ended).toMatchObject({ state: 'failed', exitCode: 3 })
  })

  test('that is held is stopped when the connection of its command ends', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run } = await life.start({ attached: true })
    life.holders.get(run.id)?.resolve()
    const ended = await eventually(() => cleaned(life, run.id))
    expect(ended).toMatchObject({ state: 'stopped', exitCode: 143 })
    expect(await life.leftovers(run.id)).toEqual([])
  })

  test('that was detached from outlives its command', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run } = await life.start({ attached: true })
    life.context.runs.detach(run.id)
    life.supervisor.release(run.id)
    life.holders.get(run.id)?.resolve()
    await Promise.resolve()
    expect(life.run(run.id)?.state).toBe('running')
    // And is looked after like any detached one.
    await life.engine.kill(containerOf(life, run.id), 'SIGKILL')
    expect(await eventually(() => cleaned(life, run.id))).toMatchObject({ exitCode: 137 })
  })

  test('that is held anew, as after a change of daemons, belongs to the newest connection', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run } = await life.start({ attached: true })
    const before = life.holders.get(run.id)
    const again = Promise.withResolvers<void>()
    await life.supervisor.hold(run.id, again.promise)
    before?.resolve()
    await Promise.resolve()
    expect(life.run(run.id)?.state).toBe('running')
    again.resolve()
    expect(await eventually(() => cleaned(life, run.id))).toMatchObject({ state: 'stopped' })
  })

  test('whose command dies without a connection is found by its row', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run } = await life.start({ attached: true })
    life.supervisor.release(run.id)
    life.context.runs.adopt(run.id, { pid: 7, start: 'then', bootId: 'boot' })
    expect(await eventually(() => cleaned(life, run.id))).toMatchObject({ state: 'stopped' })
  })

  test('that ended before the supervisor could see it is found when it is handed over', async () => {
    await using life = new LifeCycle()
    const { run, exit } = await life.start({ command: SHORT })
    life.supervisor.leave()
    await exit.exit
    await using other = life.anotherSupervisor()
    await other.supervise(run.id)
    expect(await eventually(() => cleaned(life, run.id))).toMatchObject({ exitCode: 3 })
  })

  test('that cannot be looked at when it is handed over is in good hands all the same', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    life.onStep = (step) => {
      if (step === 'before list') throw new Error('the engine hiccups')
    }
    const { run } = await life.start({ attached: true })
    expect(life.log).toEqual([`cannot look after ${run.id} yet: the engine hiccups`])
    life.onStep = () => undefined
    life.holders.get(run.id)?.resolve()
    expect(await eventually(() => cleaned(life, run.id))).toMatchObject({ state: 'stopped' })
  })

  test('a run that is not there is nothing', async () => {
    await using life = new LifeCycle()
    await life.supervisor.supervise('run_ffffffffffff')
    await life.supervisor.hold('run_ffffffffffff', Promise.resolve())
    await Promise.resolve()
    expect(life.log).toEqual([])
  })
})

describe('a change of supervisors', () => {
  test('leaves every run alone: detached, and attached though its connection ends', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const detached = await life.start({ name: 'detached' })
    const attached = await life.start({ name: 'attached', attached: true })
    life.supervisor.leave()
    life.holders.get(attached.run.id)?.resolve()
    await life.supervisor[Symbol.asyncDispose]()
    for (const { run } of [detached, attached]) expect(life.run(run.id)?.state).toBe('running')

    await using next = life.anotherSupervisor()
    await next.start()
    await life.engine.kill(containerOf(life, detached.run.id), 'SIGKILL')
    expect(await eventually(() => cleaned(life, detached.run.id))).toMatchObject({ exitCode: 137 })
  })

  test('finishes what was begun, and does not wait for commands', async () => {
    await using life = new LifeCycle()
    await life.supervisor.start()
    const { run, exit } = await life.start({ attached: true, command: SHORT })
    await exit.exit
    const startedMs = performance.now()
    // It waits for the command of the ended run, which would get five seconds.
    await life.supervisor[Symbol.asyncDispose]()
    expect(performance.now() - startedMs).toBeLessThan(2000)
    expect(life.run(run.id)?.state).toBe('running')
  })

  test('what the one before left is finished by the next', async () => {
    await using life = new LifeCycle()
    const { run } = await life.start({ attached: true })
    life.supervisor.leave()
    life.context.runs.adopt(run.id, { pid: 7, start: 'then', bootId: 'boot' })
    await using next = life.anotherSupervisor()
    await next.start()
    expect(cleaned(life, run.id)).toMatchObject({ state: 'stopped' })
  })
})

function cleaned(life: LifeCycle, runId: string) {
  const run = life.run(runId)
  return run?.cleanedAtMs === undefined ? undefined : run
}

function containerOf(life: LifeCycle, runId: string) {
  const id = life.run(runId)?.containerId
  return containerId(id ?? '')
}
