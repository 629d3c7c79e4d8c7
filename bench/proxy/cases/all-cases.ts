import type { Bed, ProxyCase } from '../bed.ts'
import { measureIdleConnections } from './idle-connections.ts'
import { measureLargeBodies } from './large-bodies.ts'
import { measureLiveProtocols } from './live-protocols.ts'
import { measurePaced } from './paced.ts'
import { measureRequests } from './requests.ts'
import { measureManyRoutes, measureRunRoute } from './routes.ts'

/** Enough for what varies little or matters less than requests per second. */
const mostTurns = 15

/** What the proxy is measured by. */
export const proxyCases: readonly ProxyCase[] = [
  { name: 'c1', measure: (bed) => measureRequests(bed, 1) },
  { name: 'c64', measure: (bed) => measureRequests(bed, 64) },
  { name: 'c512', measure: (bed) => measureRequests(bed, 512) },
  { name: 'paced', measure: (bed) => measurePaced(shortened(bed)) },
  { name: 'large', measure: (bed) => measureLargeBodies(shortened(bed)) },
  { name: 'live', measure: (bed) => measureLiveProtocols(shortened(bed)) },
  { name: 'idle', measure: measureIdleConnections },
  { name: 'run-route', measure: (bed) => measureRunRoute(shortened(bed)) },
  { name: 'many-routes', measure: (bed) => measureManyRoutes(shortened(bed)) },
]

function shortened(bed: Bed): Bed {
  return { ...bed, turns: Math.min(bed.turns, mostTurns) }
}
