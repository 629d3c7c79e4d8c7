import { describe, expect, test } from 'bun:test'
import { serviceExplainer } from '../../../src/daemon/explain-service.ts'
import type { Route } from '../../../src/routes/route.ts'
import { LifeCycle } from '../run/life-cycle.ts'
import { routesOfRun } from '../run/routes-of-run.ts'

function routeOf(life: LifeCycle, runId: string): Route {
  const [route] = routesOfRun(life.context.routes, runId)
  if (route === undefined) throw new Error('the run has no route')
  return route
}

describe('why a service does not answer', () => {
  test('is asked once for everybody who wants to know at the same time', async () => {
    await using life = new LifeCycle()
    const { run } = await life.start()
    const route = routeOf(life, run.id)
    let asked = 0
    life.onStep = (step) => {
      if (step === 'before list') asked += 1
    }
    const explain = serviceExplainer(life.context)
    const answers = await Promise.all(Array.from({ length: 50 }, () => explain(route)))
    expect([asked, new Set(answers).size]).toEqual([1, 1])
    await explain(route)
    expect(asked).toBe(2)
  })

  test("is said of the run's own container, whatever else has its labels", async () => {
    await using life = new LifeCycle()
    const { run } = await life.start()
    const [own] = life.specs
    if (own === undefined) throw new Error('nothing was made')
    const explain = serviceExplainer(life.context)
    const before = await explain(routeOf(life, run.id))
    // As from an image that was made of the container, which takes the labels along; first by name.
    await life.engine.create({ ...own, name: 'a-copy' })
    expect(await explain(routeOf(life, run.id))).toEqual(before)
    expect(before.kind).not.toBe('stopped')
  })
})
