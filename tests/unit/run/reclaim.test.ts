import { describe, expect, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { newRunId } from '../../../src/run/run-id.ts'
import { reclaim } from '../../../src/run/reclaim.ts'
import { healthOf, type RunHealth } from '../../../src/run/run-health.ts'
import { RUN_STATES, type RunState } from '../../../src/run/run-state.ts'
import { FakeProcessTable } from '../../fakes/fake-process-table.ts'
import { aRun } from './a-run.ts'
import { LifeCycle } from './life-cycle.ts'

describe('the health of a run, judged from its row', () => {
  const table: [RunState, 'attached' | 'detached', 'alive' | 'dead', RunHealth][] = [
    ['created', 'attached', 'alive', 'tended'],
    ['created', 'detached', 'alive', 'tended'],
    ['created', 'attached', 'dead', 'orphaned'],
    ['created', 'detached', 'dead', 'orphaned'],
    ['starting', 'attached', 'alive', 'tended'],
    ['starting', 'detached', 'dead', 'orphaned'],
    ['running', 'attached', 'alive', 'tended'],
    ['running', 'attached', 'dead', 'orphaned'],
    // The background process looks after it, whoever started it.
    ['running', 'detached', 'dead', 'tended'],
    ['running', 'detached', 'alive', 'tended'],
    ['stopping', 'attached', 'alive', 'tended'],
    ['stopping', 'detached', 'dead', 'orphaned'],
  ]
  test.each(table)('%s, %s, owner %s: %s', (state, binding, life, health) => {
    const processes = new FakeProcessTable()
    const owner = processes.spawn(7)
    if (life === 'dead') processes.kill(owner)
    const run = aRun({ state, attached: binding === 'attached', owner })
    expect(healthOf(run, { processes })).toBe(health)
  })

  test.each(['stopped', 'failed'] as const)('%s: uncleaned until it was cleaned', (state) => {
    const processes = new FakeProcessTable()
    expect(healthOf(aRun({ state }), { processes })).toBe('uncleaned')
    expect(healthOf(aRun({ state, cleanedAtMs: 1 }), { processes })).toBe('tended')
  })

  test('a reused pid is another process', () => {
    const processes = new FakeProcessTable()
    const { pid, bootId } = processes.spawn(7)
    const owner = { pid, bootId, start: 'long ago' }
    expect(healthOf(aRun({ state: 'created', owner }), { processes })).toBe('orphaned')
  })

  test('every state has one', () => {
    for (const state of RUN_STATES)
      expect(healthOf(aRun({ state }), { processes: new FakeProcessTable() })).toBeString()
  })
})

describe('reclaiming', () => {
  test('a command that died at any step of its start leaves nothing, whatever it had got to', async () => {
    const steps: string[] = []
    {
      await using life = new LifeCycle()
      life.onStep = (step) => void steps.push(step)
      await life.start({ attached: true })
    }
    for (const at of new Set(steps)) {
      await using life = new LifeCycle()
      const runId = newRunId()
      const dead = Promise.withResolvers<void>()
      life.onStep = async (step) => {
        if (step !== at) return
        life.onStep = () => undefined
        dead.resolve()
        // kill -9: nothing of it happens any more.
        await new Promise(() => undefined)
      }
      void life.start({ attached: true }, { runId })
      await dead.promise
      life.supervisor.leave()
      const owner = life.processes.spawn(7)
      life.context.runs.adopt(runId, owner)
      expect(await reclaim(life.anotherProcess())).toEqual([])
      life.processes.kill(owner)
      expect(await reclaim(life.anotherProcess())).toEqual([])
      expect({ at, left: await life.leftovers(runId) }).toEqual({ at, left: [] })
      const run = life.run(runId)
      expect({ at, state: run?.state }).toEqual({
        at,
        state: run?.startedAtMs ? 'stopped' : 'failed',
      })
      if (run?.startedAtMs === undefined)
        expect(run?.error).toBe('its command died while starting it')
    }
  })

  test('leaves runs alone that are looked after', async () => {
    await using life = new LifeCycle()
    const { run } = await life.start()
    expect(await reclaim(life.context)).toEqual([])
    expect(life.run(run.id)?.state).toBe('running')
  })

  test('goes on where one cannot be ended, and tells which', async () => {
    await using life = new LifeCycle()
    const owner = { pid: 7, start: 'then', bootId: 'boot' }
    for (const [name, endpoint] of Object.entries({ one: 'there', other: 'gone' }))
      life.context.runs.claim(aRun({ id: `run_${name}`, name, endpoint, owner }))
    const failures = await reclaim({
      ...life.context,
      connect: async (_kind, endpoint) => {
        if (endpoint === 'gone') throw new Error('nobody answers')
        return life.runtime
      },
    })
    expect(failures).toEqual(['could not reach the runtime of "other": nobody answers'])
    expect(life.context.runs.list({ live: true }).map(({ name }) => name)).toEqual(['other'])
    expect(life.run('run_one')).toMatchObject({ state: 'failed', exitCode: 125 })
  })

  test('a lock that cannot be had is told, and the others are ended', async () => {
    await using life = new LifeCycle()
    const owner = { pid: 7, start: 'then', bootId: 'boot' }
    for (const name of ['one', 'other'])
      life.context.runs.claim(aRun({ id: `run_${name}`, name, owner }))
    mkdirSync(life.context.paths.runLock('run_one'), { recursive: true })
    const failures = await reclaim(life.context)
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain('could not end "one" (run_one): cannot use the lock file')
    expect(life.run('run_other')?.state).toBe('failed')
  })
})
