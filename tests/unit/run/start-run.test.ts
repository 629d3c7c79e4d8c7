import { describe, expect, test } from 'bun:test'
import { UserError } from '../../../src/lib/errors.ts'
import { endRun } from '../../../src/run/end-run.ts'
import { newRunId } from '../../../src/run/run-id.ts'
import { isLive } from '../../../src/run/run-state.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { LifeCycle } from './life-cycle.ts'
import { routesOfRun } from './routes-of-run.ts'

/** When the run is running and is being handed over. */
const AFTER_THE_START = ['before takeOver', 'after takeOver', 'before list', 'after list']

/** Every step of a start, learned from one that succeeds. */
async function stepsOfAStart(attached: boolean): Promise<string[]> {
  await using life = new LifeCycle()
  const steps: string[] = []
  life.onStep = (step) => void steps.push(step)
  await life.start({ attached })
  return [...new Set(steps)]
}

describe('a started run', () => {
  test('is running, can be reached, and has told its program where', async () => {
    await using life = new LifeCycle()
    const { run, container, proxyPort } = await life.start()
    expect(run).toMatchObject({
      state: 'running',
      name: 'myapp',
      attached: false,
      containerId: container,
    })
    expect(proxyPort).toBe(8080)
    expect(routesOfRun(life.context.routes, run.id)).toMatchObject([
      { agent: 'myapp', service: 'web', containerPort: 3000, upstream: { host: '127.0.0.1' } },
    ])
    expect(life.context.runs.resources(run.id)).toMatchObject([
      { kind: 'container', name: `agentops-myapp-${run.id.slice(4)}`, runtimeId: container },
    ])
    expect(life.specs[0]?.env).toMatchObject({
      AGENTOPS_URL_WEB: 'http://web.myapp.localhost:8080',
      AGENTOPS_RUN_NAME: 'myapp',
      AGENTOPS_RUN_ID: run.id,
    })
  })

  test('pulls the image that is not here, or with --rebuild every one', async () => {
    await using life = new LifeCycle()
    const steps: string[] = []
    life.onStep = (step) => void steps.push(step)
    life.engine.images.publish('node:22-slim')
    await life.start({ image: 'node:22-slim', services: [] })
    expect(steps.filter((step) => step === 'before pull')).toHaveLength(1)
    await life.start({ name: 'second', image: 'node:22-slim', services: [] })
    expect(steps.filter((step) => step === 'before pull')).toHaveLength(1)
    await life.start({ name: 'third', image: 'node:22-slim', services: [], pull: 'always' })
    expect(steps.filter((step) => step === 'before pull')).toHaveLength(2)
  })

  test('of a name that is taken is refused, and the holder stays as it is', async () => {
    await using life = new LifeCycle()
    const { run } = await life.start()
    const error = await rejectionOf(life.start())
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(`"myapp" is taken by ${run.id} (running`)
    expect(life.run(run.id)?.state).toBe('running')
    expect(await life.engine.list({})).toHaveLength(1)
  })

  test('of a name that is a static route is refused before anything is made or written', async () => {
    await using life = new LifeCycle()
    const runId = newRunId()
    const steps: string[] = []
    life.onStep = (step) => void steps.push(step)
    addStaticRoute(life)
    const error = await rejectionOf(life.start({}, { runId }))
    expect(error.message).toContain('web.myapp.localhost is a static route')
    expect(steps).toEqual([])
    expect(life.run(runId)).toBeUndefined()
  })
})

/** One that is in the way of the run's service. */
function addStaticRoute(life: LifeCycle): void {
  const upstream = { kind: 'address', host: '127.0.0.1', port: 1 } as const
  life.context.routes.addStatic({ service: 'web', agent: 'myapp' }, upstream)
}

describe('a start that fails leaves nothing', () => {
  test('when the image is nowhere', async () => {
    await using life = new LifeCycle()
    const runId = newRunId()
    const error = await rejectionOf(life.start({ image: 'nowhere:1' }, { runId }))
    expect(error.message).toContain('nowhere:1')
    expect(life.run(runId)).toMatchObject({ state: 'failed', error: error.message, exitCode: 125 })
    expect(await life.leftovers(runId)).toEqual([])
  })

  test('when the command is not in the image, and the row says 127', async () => {
    await using life = new LifeCycle()
    const runId = newRunId()
    const error = await rejectionOf(life.start({ command: ['nosuch'] }, { runId }))
    expect(error).toMatchObject({ exitCode: 127 })
    expect(life.run(runId)).toMatchObject({ state: 'failed', exitCode: 127 })
    expect(await life.leftovers(runId)).toEqual([])
  })

  test('when its name becomes a static route while its container is made', async () => {
    await using life = new LifeCycle()
    const runId = newRunId()
    life.onStep = (step) => {
      if (step === 'before create') addStaticRoute(life)
    }
    const error = await rejectionOf(life.start({}, { runId }))
    expect(error.message).toContain('web.myapp.localhost is a static route')
    expect(await life.leftovers(runId)).toEqual([])
    expect(life.context.routes.listStatic()).toHaveLength(1)
  })

  test.each([false, true])('at any step (attached: %p)', async (attached) => {
    // That the supervisor cannot look at a running run yet is no failure of the start.
    const steps = (await stepsOfAStart(attached)).filter((step) => !step.endsWith('list'))
    for (const failing of steps) {
      await using life = new LifeCycle()
      const runId = newRunId()
      life.onStep = (step) => {
        if (step !== failing) return
        life.onStep = () => undefined
        throw new Error(`failed ${step}`)
      }
      const error = await rejectionOf(life.start({ attached }, { runId }))
      expect({ failing, message: error.message }).toEqual({ failing, message: `failed ${failing}` })
      await expectUndone(life, runId, failing)
      expect(life.run(runId)).toMatchObject({ state: 'failed', error: error.message })
    }
  })

  test.each([false, true])('interrupted at any step (attached: %p)', async (attached) => {
    for (const at of await stepsOfAStart(attached)) {
      await using life = new LifeCycle()
      const runId = newRunId()
      const interruption = new AbortController()
      life.onStep = (step) => {
        if (step === at) interruption.abort(new UserError('interrupted', { exitCode: 130 }))
      }
      const { signal } = interruption
      const error = await rejectionOf(life.start({ attached }, { runId, signal }))
      expect({ at, message: error.message }).toEqual({ at, message: 'interrupted' })
      await expectUndone(life, runId, at)
      expect(life.run(runId)?.error).toBe('interrupted while starting')
    }
  })

  test.each([false, true])(
    'stopped by another command at any step (attached: %p)',
    async (attached) => {
      for (const at of await stepsOfAStart(attached)) {
        await using life = new LifeCycle()
        const runId = newRunId()
        life.onStep = async (step) => {
          if (step !== at) return
          life.onStep = () => undefined
          await endRun(runId, life.anotherProcess(), { graceMs: 0, requested: true })
        }
        const started = await life.start({ attached }, { runId }).then(
          () => 'started',
          (error: unknown) => (error instanceof UserError ? error.message : String(error)),
        )
        // From the take-over on the start is over, and it was an ordinary stop.
        if (started !== 'started' || !AFTER_THE_START.includes(at))
          expect({ at, started }).toEqual({
            at,
            started: '"myapp" was stopped while it was starting',
          })
        await expectUndone(life, runId, at)
        expect({ at, state: life.run(runId)?.state }).toEqual({ at, state: 'stopped' })
      }
    },
  )

  test.each(['watch', 'proxy', 'takeOver'])(
    'interrupted while the background process does not answer (%s)',
    async (call) => {
      await using life = new LifeCycle()
      const runId = newRunId()
      const interruption = new AbortController()
      life.onStep = async (step) => {
        if (step !== `before ${call}`) return
        setImmediate(() => interruption.abort(new Error('interrupted')))
        await new Promise(() => undefined)
      }
      const { signal } = interruption
      expect((await rejectionOf(life.start({}, { runId, signal }))).message).toBe('interrupted')
      await expectUndone(life, runId, call)
    },
  )
})

async function expectUndone(life: LifeCycle, runId: string, at: string): Promise<void> {
  const run = life.run(runId)
  expect({ at, live: run !== undefined && isLive(run.state) }).toEqual({ at, live: false })
  expect({ at, left: await life.leftovers(runId) }).toEqual({ at, left: [] })
}
