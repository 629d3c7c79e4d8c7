import type { ServerProcess } from './server-process.ts'
import type { UpstreamPorts } from './upstreams.ts'

/** The services of the benchmark: `web` answers small requests, `live` takes uploads, WebSockets and event streams. */
export type Service = 'web' | 'live'

/** A proxy under measurement, in front of both services. */
export type Contender = {
  name: string
  version: string
  server: ServerProcess
  /** The Host that means a service there. */
  host: (service: Service) => string
}

/** Where a contender is started. */
export type Place = {
  /** A folder of its own, which is removed afterwards. */
  folder: string
  /** The processor it is pinned to. */
  processor: number
  upstreams: UpstreamPorts
}

/** `web.bench.localhost`, as all but portless name them. */
export function benchHost(service: Service): string {
  return `${service}.bench.localhost`
}
