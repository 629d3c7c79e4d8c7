import * as fc from 'fast-check'
import type { RouteStep } from './route-model.ts'

const run = fc.nat({ max: 7 })
const agent = fc.constantFrom('myapp', 'other')
const service = fc.constantFrom('web', 'api', 'db')
const port = fc.integer({ min: 1, max: 9 })
const name = fc.record({ service, agent })

/** One step; few names and runs, so that they meet. */
const step: fc.Arbitrary<RouteStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('start'), run, name: agent }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('publish'),
      run,
      services: fc.uniqueArray(service),
      port,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end'), run }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove'), run }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add-static'), name, port }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove-static'), name }) },
)

export const routeSteps: fc.Arbitrary<RouteStep[]> = fc.array(step, {
  maxLength: 60,
  size: 'max',
})
