import type { ProxyCase } from '../bed.ts'
import { measureIdleConnections } from './idle-connections.ts'
import { measureLargeBodies } from './large-bodies.ts'
import { measureLiveProtocols } from './live-protocols.ts'
import { measurePaced } from './paced.ts'
import { measureRequests } from './requests.ts'
import { measureManyRoutes, measureRunRoute } from './routes.ts'

/** What the proxy is measured by. */
export const proxyCases: readonly ProxyCase[] = [
  { name: 'c1', measure: (bed) => measureRequests(bed, 1) },
  { name: 'c64', measure: (bed) => measureRequests(bed, 64) },
  { name: 'c512', measure: (bed) => measureRequests(bed, 512) },
  { name: 'paced', measure: measurePaced },
  { name: 'large', measure: measureLargeBodies },
  { name: 'live', measure: measureLiveProtocols },
  { name: 'idle', measure: measureIdleConnections },
  { name: 'run-route', measure: measureRunRoute },
  { name: 'many-routes', measure: measureManyRoutes },
]
