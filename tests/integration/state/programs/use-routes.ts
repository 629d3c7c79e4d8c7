// use-routes DIR PREFIX SEED ROUNDS: takes random steps with the route store and checks after each that
// nothing of ours is missing; in the end says what should be there.
import * as fc from 'fast-check'
import { openState } from '../../../../src/state/open-state.ts'
import { RouteModel, describeRoute } from '../route-model.ts'
import { routeSteps } from '../route-steps.ts'

const [dir = '', prefix = '', seed = '0', rounds = '0'] = process.argv.slice(2)
using state = openState(dir, { uid: process.geteuid?.() ?? -1 })

const all = fc.sample(routeSteps, { seed: Number(seed), numRuns: Number(rounds) })
const expected = all.flatMap((steps, round) => {
  const model = new RouteModel(state, {
    prefix: `${prefix}_${round}`,
    isAlone: false,
    host: `${prefix}.test`,
  })
  for (const step of steps) {
    model.take(step)
    model.check()
  }
  // The last round stays; what the others started makes room for it.
  if (round === all.length - 1) return model.routes
  model.leave()
  return []
})
for (const route of expected) console.log(describeRoute(route))
