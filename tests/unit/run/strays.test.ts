import { expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { engineVolumeName } from '../../../src/run/docker-inside.ts'
import { besideName } from '../../../src/run/container-spec-of.ts'
import { endRun } from '../../../src/run/end-run.ts'
import { runLabels } from '../../../src/run/run-labels.ts'
import { ownNetworkName } from '../../../src/run/network-name.ts'
import { SHARED_NETWORK } from '../../../src/run/shared-network.ts'
import type { ContainerId } from '../../../src/runtime/container-state.ts'
import { plainSpec } from '../../contract/runtime/plain-spec.ts'
import { eventually, LifeCycle } from './life-cycle.ts'

/** The engine finishes what a command asked for that is dead by now. */
function createLate(life: LifeCycle, runId: string): Promise<ContainerId> {
  const { homeId } = life.context
  const name = `agentops-${randomUUID()}-${runId.slice('run_'.length)}`
  const labels = runLabels({ homeId, runId, role: 'main', version: '1', env: {} })
  return life.engine.create({ ...plainSpec, name, labels })
}

/** As what writes the network rules of a run, for a moment. */
async function createGuard(life: LifeCycle, runId: string): Promise<ContainerId> {
  const { homeId } = life.context
  const labels = runLabels({ homeId, runId, role: 'guard', version: '1', env: {} })
  return life.engine.create({ ...plainSpec, name: besideName('guard', runId), labels })
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

test('a guard that its maker left goes with what else is stray, and never ends a live run', async () => {
  await using life = new LifeCycle()
  const over = await life.start({ name: 'over' })
  await endRun(over.run.id, life.context, { graceMs: 0, requested: true })
  await createGuard(life, over.run.id)
  await eventually(() => life.log.length === 1)
  expect(await namesOf(life)).toEqual([])
  const live = await life.start({ name: 'guard' })
  const guard = await createGuard(life, live.run.id)
  await life.engine.start(guard)
  await life.engine.kill(guard, 'SIGKILL')
  await life.engine.wait(guard).exit
  await life.supervisor.supervise(live.run.id)
  expect(life.run(live.run.id)).toMatchObject({ state: 'running' })
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

test("one from an image that was made of a container of ours is nobody else's to remove, nor its end a run's", async () => {
  await using life = new LifeCycle()
  await life.supervisor.start()
  const { homeId } = life.context
  const over = await life.start({ name: 'over' })
  const live = await life.start({ name: 'live' })
  await endRun(over.run.id, life.context, { graceMs: 0, requested: true })
  for (const { run } of [over, live]) {
    // It takes the labels along; first by name.
    const labels = runLabels({ homeId, runId: run.id, role: 'main', version: '1', env: {} })
    const copy = await life.engine.create({ ...plainSpec, name: `a-copy-of-${run.name}`, labels })
    await life.engine.start(copy)
    await life.engine.kill(copy, 'SIGKILL')
    await life.engine.wait(copy).exit
  }
  await life.supervisor.supervise(live.run.id)
  await using other = life.anotherSupervisor()
  await other.start()
  await other.watch('docker', life.engine.endpoint)
  await endRun(live.run.id, life.context, { graceMs: 5000, requested: true })
  expect(life.run(live.run.id)).toMatchObject({ state: 'stopped', exitCode: 143 })
  expect((await life.engine.list({})).map(({ name }) => name)).toEqual([
    'a-copy-of-live',
    'a-copy-of-over',
  ])
})

test('volumes and networks that no run accounts for go too; the shared network and those of live runs stay', async () => {
  await using life = new LifeCycle()
  const live = await life.start({ name: 'live' })
  const over = await life.start({ name: 'over' })
  await endRun(over.run.id, life.context, { graceMs: 0, requested: true })
  const { homeId } = life.context
  const { volumes, networks } = life.engine
  const make = async (runId: string): Promise<void> => {
    const labels = { 'agentops.home': homeId, 'agentops.run-id': runId }
    await volumes.ensure({ name: engineVolumeName(runId), labels })
    await networks.ensure({ name: ownNetworkName(runId), labels, interContainer: true })
  }
  for (const runId of [live.run.id, over.run.id, 'run_ffffffffffff']) await make(runId)
  await volumes.ensure({
    name: engineVolumeName('run_eeeeeeeeeeee'),
    labels: { 'agentops.home': 'another', 'agentops.run-id': 'run_eeeeeeeeeeee' },
  })
  life.supervisor.leave()
  await using other = life.anotherSupervisor()
  await other.start()
  await other.watch('docker', life.engine.endpoint)
  await eventually(() => life.log.length === 4)
  expect((await volumes.list({})).map(({ name }) => name)).toEqual(
    [engineVolumeName(live.run.id), engineVolumeName('run_eeeeeeeeeeee')].sort(),
  )
  expect((await networks.list({ 'agentops.run-id': undefined })).map(({ name }) => name)).toEqual([
    ownNetworkName(live.run.id),
  ])
  expect((await networks.list({})).map(({ name }) => name)).toContain(SHARED_NETWORK)
})
