import { expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { endRun } from '../../../src/run/end-run.ts'
import { runLabels } from '../../../src/run/run-labels.ts'
import type { ContainerId } from '../../../src/runtime/container-state.ts'
import { plainSpec } from '../../contract/runtime/plain-spec.ts'
import { eventually, LifeCycle } from './life-cycle.ts'

/** The engine finishes what a command asked for that is dead by now. */
function createLate(life: LifeCycle, runId: string): Promise<ContainerId> {
  const { homeId } = life.context
  const labels = runLabels({ homeId, runId, role: 'main', version: '1', env: {} })
  return life.engine.create({ ...plainSpec, name: `late-${randomUUID()}`, labels })
}

async function namesOf(life: LifeCycle): Promise<string[]> {
  return (await life.engine.list({})).map(({ id }) => id)
}

test('a container that appears after its run is over is removed', async () => {
  await using life = new LifeCycle()
  const { run } = await life.start()
  await endRun(run.id, life.context, { graceMs: 0, requested: true })
  await createLate(life, run.id)
  await createLate(life, 'run_ffffffffffff')
  await eventually(() => life.log.length === 2)
  expect(await namesOf(life)).toEqual([])
})

test('one that appeared while nobody watched is removed by the next supervisor', async () => {
  await using life = new LifeCycle()
  const { run } = await life.start()
  life.supervisor.leave()
  await endRun(run.id, life.context, { graceMs: 0, requested: true })
  await createLate(life, run.id)
  await using other = life.anotherSupervisor()
  await other.start()
  await eventually(() => life.log.length === 1)
  expect(await namesOf(life)).toEqual([])
})

test('one that was to be kept, and those of live runs and of other homes, stay', async () => {
  await using life = new LifeCycle()
  const kept = await life.start({ name: 'kept', keep: true })
  await endRun(kept.run.id, life.context, { graceMs: 0, requested: true })
  const live = await life.start({ name: 'live' })
  const foreign = await life.engine.create({
    ...plainSpec,
    name: 'foreign',
    labels: { 'agentops.home': 'another', 'agentops.run-id': 'run_ffffffffffff' },
  })
  life.supervisor.leave()
  await using other = life.anotherSupervisor()
  await other.start()
  await other.watch('docker', life.engine.endpoint)
  const gone = await createLate(life, 'run_ffffffffffff')
  await eventually(() => life.log.length > 0)
  const ids = await namesOf(life)
  expect(ids.sort()).toEqual([kept.container, live.container, foreign].sort())
  expect(ids).not.toContain(gone)
})
