import type { Duplex } from 'node:stream'

import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'

/**
 * A connection to the engine's own BuildKit, for HTTP/2 (Engine API, "Initialize interactive session";
 * `POST /grpc` with `Upgrade: h2c`).
 */
export function dialBuildkit(client: EngineClient, signal: AbortSignal): Promise<Duplex> {
  const deadlineMs = deadlines.readMs
  return client.hijack({ method: 'POST', path: '/grpc', deadlineMs, signal }, 'h2c')
}
