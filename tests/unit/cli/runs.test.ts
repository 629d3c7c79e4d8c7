import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { z } from 'zod'
import { openStores } from '../../../src/cli/stores.ts'
import type { RunRecord } from '../../../src/run/run-record.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { plainSpec } from '../../contract/runtime/plain-spec.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { AnApp } from './an-app.ts'
import { startedRun } from './started-run.ts'

const listed = z.object({
  runs: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      services: z.array(z.unknown()),
      ageMs: z.number(),
    }),
  ),
})

/** `name state` of each run that `agent list` shows. */
async function list(app: AnApp, ...flags: string[]): Promise<string[]> {
  app.output.answers.length = 0
  await app.run('list', '--json', ...flags)
  const { runs } = listed.parse(JSON.parse(app.output.answers.join('\n')))
  return runs.map(({ name, state }) => `${name} ${state}`)
}

function row(app: AnApp, { id }: RunRecord): RunRecord | undefined {
  const { state, context } = openStores(app.context)
  using _state = state
  return context.runs.find(id)
}

describe('agent list', () => {
  test('before anything was made lists nothing and makes nothing', async () => {
    using app = new AnApp()
    await app.run('list')
    expect(app.output.answers).toEqual(['NAME  RUN ID  STATE  RUNTIME  AGE  SERVICES'])
    expect(existsSync(app.context.paths.dir)).toBe(false)
  })

  test('shows live runs, with -a ended ones too, newest first', async () => {
    using app = new AnApp()
    await startedRun(app, { name: 'first' })
    const second = await startedRun(app, { name: 'second' })
    await app.run('stop', 'first')
    expect(await list(app)).toEqual(['second running'])
    expect(await list(app, '-a')).toEqual(['second running', 'first stopped'])
    app.output.answers.length = 0
    await app.run('list')
    expect(app.output.answers[1]).toMatch(
      new RegExp(`^second +${second.id} +running +docker +1s +`),
    )
  })

  test('tells what is true where the row is behind', async () => {
    using app = new AnApp()
    const run = await startedRun(app)
    const box = containerId(run.containerId ?? '')
    await app.runtime.kill(box, 'SIGKILL')
    while ((await app.runtime.inspect(box))?.phase !== 'exited') await new Promise(setImmediate)
    expect(await list(app)).toEqual(['myapp stopping'])
    await app.runtime.remove(box)
    expect(await list(app)).toEqual(['myapp lost'])
    expect(row(app, run)?.state).toBe('running')
  })

  test('says unknown where the engine does not answer, and orphaned where the command died', async () => {
    using app = new AnApp()
    const run = await startedRun(app, { attached: true })
    app.runtime.inspect = async () => Promise.reject(new Error('nobody answers'))
    expect(await list(app)).toEqual(['myapp unknown'])
    app.processes.kill(app.processes.self)
    expect(await list(app)).toEqual(['myapp orphaned'])
    expect(row(app, run)?.state).toBe('running')
  })

  test('does not wait for an engine that hangs', async () => {
    using app = new AnApp()
    await startedRun(app)
    app.runtime.inspect = async () => new Promise(() => undefined)
    const startedMs = performance.now()
    expect(await list(app)).toEqual(['myapp unknown'])
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })
})

describe('agent stop', () => {
  test('stops the newest, those that are named, or all, and keeps the records', async () => {
    using app = new AnApp()
    for (const name of ['a', 'b', 'c', 'd']) await startedRun(app, { name })
    await app.run('stop')
    await app.run('stop', 'a', 'b', 'a')
    await app.run('stop', '--all')
    expect(app.output.answers.toSorted()).toEqual(['a', 'b', 'c', 'd'])
    expect(await app.runtime.list({})).toEqual([])
    expect(await list(app, '-a')).toEqual(['d stopped', 'c stopped', 'b stopped', 'a stopped'])
  })

  test('of one that is over says so and is no failure; of none is one', async () => {
    using app = new AnApp()
    await startedRun(app)
    await app.run('stop')
    await app.run('stop', 'myapp')
    expect(app.output.notes).toContain('is not running')
    expect((await rejectionOf(app.run('stop'))).message).toBe('there is no running run')
    await app.run('stop', '--all')
  })

  test('of a name looks at what runs: ended ones of that name are neither chosen nor in the way', async () => {
    using app = new AnApp()
    for (let time = 0; time < 2; time++) {
      await startedRun(app)
      await app.run('stop', 'myapp')
    }
    await app.run('stop', 'myapp')
    expect(app.output.notes).toContain('is not running')
    const run = await startedRun(app)
    await app.run('stop', 'myapp')
    expect(row(app, run)?.state).toBe('stopped')
    const error = await rejectionOf(app.run('destroy', 'myapp'))
    expect(error.message).toContain('"myapp" matches several runs')
    expect((await rejectionOf(app.run('logs', 'myapp'))).message).toBe(error.message)
  })

  test('refuses --all with names', async () => {
    using app = new AnApp()
    const error = await rejectionOf(app.run('stop', '--all', 'a'))
    expect(error).toMatchObject({ exitCode: 2 })
  })

  test('tells what failed, and stops the others', async () => {
    using app = new AnApp()
    const one = await startedRun(app, { name: 'one' })
    const other = await startedRun(app, { name: 'other' })
    const stop = app.runtime.stop.bind(app.runtime)
    app.runtime.stop = async (id, options) => {
      if (id === one.containerId) throw new Error('the engine hiccups')
      await stop(id, options)
    }
    const error = await rejectionOf(app.run('stop', '--all', '--json'))
    expect(error.message).toContain('could not stop the container of "one": the engine hiccups')
    expect(row(app, other)?.state).toBe('stopped')
    const answer: unknown = JSON.parse(app.output.answers.join('\n'))
    expect(answer).toMatchObject({ runs: [{ name: 'other', failures: [] }, { name: 'one' }] })
  })

  test('goes on with the others where one cannot even be begun', async () => {
    using app = new AnApp()
    const one = await startedRun(app, { name: 'one' })
    const other = await startedRun(app, { name: 'other' })
    rmSync(app.context.paths.runLock(one.id), { force: true })
    mkdirSync(app.context.paths.runLock(one.id), { recursive: true })
    const error = await rejectionOf(app.run('stop', '--all'))
    expect(error.message).toContain('"one"')
    expect(row(app, other)?.state).toBe('stopped')
  })
})

describe('agent destroy', () => {
  test('removes the newest ended run with its record and output, and no running one', async () => {
    using app = new AnApp()
    const ended = await startedRun(app, {
      name: 'ended',
      command: ['sh', '-c', 'echo hi; sleep 600'],
    })
    await startedRun(app, { name: 'running' })
    await app.run('stop', 'ended')
    expect(existsSync(app.context.paths.runOutput(ended.id))).toBe(true)
    await app.run('destroy')
    expect(row(app, ended)).toBeUndefined()
    expect(existsSync(app.context.paths.runDir(ended.id))).toBe(false)
    expect(await list(app, '-a')).toEqual(['running running'])
    expect((await rejectionOf(app.run('destroy'))).message).toBe('there is no ended run')
  })

  test('by name or with --all stops what runs first, and takes what --keep had kept', async () => {
    using app = new AnApp()
    await startedRun(app, { name: 'kept', keep: true })
    await startedRun(app, { name: 'other' })
    await app.run('stop', 'kept')
    expect((await app.runtime.list({})).map(({ phase }) => phase)).toEqual(['exited', 'running'])
    await app.run('destroy', 'kept')
    await app.run('destroy', '--all')
    expect(await app.runtime.list({})).toEqual([])
    expect(await list(app, '-a')).toEqual([])
  })

  test('leaves a container from an image that was made of a kept one', async () => {
    using app = new AnApp()
    const { id } = await startedRun(app, { keep: true })
    await app.run('stop', 'myapp')
    const [kept] = await app.runtime.list({ 'agentops.run-id': id })
    // As `docker commit` has it: the labels are taken along.
    await app.runtime.create({ ...plainSpec, name: 'a-copy', labels: { ...kept?.labels } })
    await app.run('destroy', 'myapp')
    expect((await app.runtime.list({})).map(({ name }) => name)).toEqual(['a-copy'])
  })

  test('keeps the record of what it could not remove', async () => {
    using app = new AnApp()
    const run = await startedRun(app)
    app.runtime.remove = async () => Promise.reject(new Error('busy'))
    const error = await rejectionOf(app.run('destroy', 'myapp'))
    expect(error.message).toContain('could not remove the container of "myapp": busy')
    expect(row(app, run)).toBeDefined()
  })
})
