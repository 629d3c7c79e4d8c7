import { describe, expect, test } from 'bun:test'
import { endRun } from '../../../src/run/end-run.ts'
import { readStoredOutput } from '../../../src/run/stored-output.ts'
import { LifeCycle } from './life-cycle.ts'
import { routesOfRun } from './routes-of-run.ts'

/** No supervisor looks on, so that what happens is what these calls do. */
async function startedAlone(life: LifeCycle, changes: Parameters<LifeCycle['start']>[0] = {}) {
  const started = await life.start(changes)
  life.supervisor.leave()
  return started
}

describe('the end of a run', () => {
  test('keeps exit code and output, and removes everything else', async () => {
    await using life = new LifeCycle()
    const { run, exit } = await startedAlone(life, {
      command: ['sh', '-c', 'echo hello; echo oops >&2; exit 3'],
    })
    const status = await exit.exit
    const report = await endRun(run.id, life.context, {
      graceMs: 0,
      exit: status,
      requested: false,
    })
    expect(report?.failures).toEqual([])
    expect(report?.run).toMatchObject({ state: 'failed', exitCode: 3 })
    expect(report?.run.error).toBeUndefined()
    expect(await life.leftovers(run.id)).toEqual([])
    const lines = await readStoredOutput(life.context.paths.runOutput(run.id), undefined)
    expect(lines?.map(({ stream, text }) => `${stream}: ${text}`)).toEqual([
      'stdout: hello',
      'stderr: oops',
    ])
  })

  test.each([
    [{ requested: true }, 'stopped', 143],
    [{ requested: false }, 'failed', 143],
  ])('of a running one with %j is %s (%i)', async (options, state, exitCode) => {
    await using life = new LifeCycle()
    const { run } = await startedAlone(life)
    const report = await endRun(run.id, life.context, { graceMs: 1000, ...options })
    expect(report?.run).toMatchObject({ state, exitCode })
    expect(await life.leftovers(run.id)).toEqual([])
  })

  test('kills what does not end in its grace', async () => {
    await using life = new LifeCycle()
    const command = ['sh', '-c', "trap '' TERM; echo ready; sleep 600"]
    const { run, container } = await startedAlone(life, { command })
    for await (const _ready of life.engine.logs(container, { follow: true, timestamps: false }))
      break
    const report = await endRun(run.id, life.context, { graceMs: 10, requested: true })
    expect(report?.run).toMatchObject({ state: 'stopped', exitCode: 137 })
  })

  test('that came by itself is a failure, also when somebody asked for it a moment later', async () => {
    await using life = new LifeCycle()
    const { run, exit } = await startedAlone(life, { command: ['sh', '-c', 'exit 3'] })
    await exit.exit
    const report = await endRun(run.id, life.context, { graceMs: 0, requested: true })
    expect(report?.run).toMatchObject({ state: 'failed', exitCode: 3 })
  })
})

describe('an end that several want', () => {
  test('happens once', async () => {
    await using life = new LifeCycle()
    const { run } = await startedAlone(life)
    const stops: string[] = []
    life.onStep = (step) => {
      if (step === 'before stop') stops.push(step)
    }
    const others = [life.context, life.anotherProcess(), life.anotherProcess()]
    const reports = await Promise.all(
      others.map((context) => endRun(run.id, context, { graceMs: 1000, requested: true })),
    )
    expect(stops).toHaveLength(1)
    for (const report of reports)
      expect(report).toMatchObject({ failures: [], run: { state: 'stopped', exitCode: 143 } })
  })

  test('is left to whoever is at it, where that was asked', async () => {
    await using life = new LifeCycle()
    const { run } = await startedAlone(life)
    const inside = Promise.withResolvers<unknown>()
    life.onStep = async (step) => {
      if (step !== 'before stop') return
      life.onStep = () => undefined
      const options = { graceMs: 0, requested: true, ifFree: true }
      inside.resolve(await endRun(run.id, life.anotherProcess(), options))
    }
    await endRun(run.id, life.context, { graceMs: 0, requested: true })
    expect(await inside.promise).toBeUndefined()
  })

  test('of a run that is nowhere is nothing', async () => {
    await using life = new LifeCycle()
    const options = { graceMs: 0, requested: true }
    expect(await endRun('run_ffffffffffff', life.context, options)).toBeUndefined()
  })

  test('twice takes no routes of a newer run of the same name', async () => {
    await using life = new LifeCycle()
    const first = await startedAlone(life)
    await endRun(first.run.id, life.context, { graceMs: 0, requested: true })
    const second = await life.start()
    await endRun(first.run.id, life.context, { graceMs: 0, requested: true })
    expect(routesOfRun(life.context.routes, second.run.id)).toHaveLength(1)
  })
})

describe('the end', () => {
  test('of one that is kept leaves its container, stopped', async () => {
    await using life = new LifeCycle()
    const { run, container } = await startedAlone(life, { keep: true })
    const report = await endRun(run.id, life.context, { graceMs: 1000, requested: true })
    expect(report).toMatchObject({ failures: [], run: { state: 'stopped' } })
    expect(await life.engine.inspect(container)).toMatchObject({ phase: 'exited' })
    expect(routesOfRun(life.context.routes, run.id)).toEqual([])
  })

  test('of a container that somebody else removed is told so', async () => {
    await using life = new LifeCycle()
    const { run, container } = await startedAlone(life)
    await life.engine.remove(container)
    const report = await endRun(run.id, life.context, { graceMs: 0, requested: true })
    expect(report?.run).toMatchObject({
      state: 'failed',
      error: 'the container was removed by somebody else',
    })
    expect(await life.leftovers(run.id)).toEqual([])
  })

  test('looked at while it takes its time is in good hands: those of whoever stops it', async () => {
    await using life = new LifeCycle()
    const { run } = await startedAlone(life)
    const starter = life.processes.spawn(7)
    life.context.runs.adopt(run.id, starter)
    life.processes.kill(starter)
    const seen: unknown[] = []
    life.onStep = (step) => {
      if (step === 'before stop') seen.push(life.run(run.id))
    }
    await endRun(run.id, life.context, { graceMs: 0, requested: true })
    expect(seen).toMatchObject([{ state: 'stopping', owner: life.processes.self }])
  })
})

describe('a step that fails', () => {
  const steps = ['before inspect', 'before stop', 'before logs', 'after logs', 'before remove']

  test.each(steps)(
    '(%s) is told, what can be lost is left where it is, and the next try ends it',
    async (failing) => {
      await using life = new LifeCycle()
      const { run } = await startedAlone(life)
      life.onStep = (step) => {
        if (step === failing) throw new Error('the engine hiccups')
      }
      const report = await endRun(run.id, life.context, { graceMs: 0, requested: true })
      expect(report?.failures.join()).toContain('of "myapp": the engine hiccups')
      const isLookedAt = failing !== 'before inspect'
      expect(routesOfRun(life.context.routes, run.id)).toHaveLength(isLookedAt ? 0 : 1)
      // A program that cannot be stopped goes with its container; its output was kept before.
      expect(await life.engine.list({})).toHaveLength(failing === 'before stop' ? 0 : 1)
      expect(life.run(run.id)?.cleanedAtMs).toBeUndefined()

      life.onStep = () => undefined
      const again = await endRun(run.id, life.context, { graceMs: 0, requested: true })
      expect(again?.failures).toEqual([])
      expect(await life.leftovers(run.id)).toEqual([])
      expect(['stopped', 'failed']).toContain(life.run(run.id)?.state ?? 'gone')
    },
  )

  test('an engine that is away leaves a running run as it is', async () => {
    await using life = new LifeCycle()
    const { run } = await startedAlone(life)
    const context = {
      ...life.context,
      connect: () => Promise.reject(new Error('nobody answers')),
    }
    const report = await endRun(run.id, context, { graceMs: 0, requested: true })
    expect(report?.failures).toEqual(['could not reach the runtime of "myapp": nobody answers'])
    expect(life.run(run.id)?.state).toBe('running')
    expect(routesOfRun(life.context.routes, run.id)).toHaveLength(1)
    expect(await life.engine.list({})).toHaveLength(1)
  })

  test('an engine that is away does not keep a seen end from being written down', async () => {
    await using life = new LifeCycle()
    const { run, exit } = await startedAlone(life, { command: ['sh', '-c', 'exit 3'] })
    const status = await exit.exit
    const context = {
      ...life.context,
      connect: () => Promise.reject(new Error('nobody answers')),
    }
    await endRun(run.id, context, { graceMs: 0, exit: status, requested: false })
    expect(life.run(run.id)).toMatchObject({ state: 'failed', exitCode: 3 })
    expect(life.run(run.id)?.cleanedAtMs).toBeUndefined()
    await endRun(run.id, life.context, { graceMs: 0, requested: false })
    expect(await life.leftovers(run.id)).toEqual([])
    expect(life.run(run.id)).toMatchObject({ state: 'failed', exitCode: 3 })
  })
})
