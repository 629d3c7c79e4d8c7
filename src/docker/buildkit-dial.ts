import type { Duplex } from 'node:stream'

import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { EngineError } from './engine-error.ts'

/**
 * A connection to the engine's own BuildKit, for HTTP/2: `POST /grpc` with `Upgrade: h2c`. That is
 * deprecated since API 1.53, whose engines take HTTP/2 on any connection (Engine API, version history):
 * where it is gone, or there is no BuildKit at all, a plain connection is what is left to try.
 */
export async function dialBuildkit(
  client: EngineClient,
  openConnection: (signal: AbortSignal) => Promise<Duplex>,
  signal: AbortSignal,
): Promise<Duplex> {
  try {
    const deadlineMs = deadlines.readMs
    return await client.hijack({ method: 'POST', path: '/grpc', deadlineMs, signal }, 'h2c')
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return openConnection(signal)
  }
}

/** `POST /grpc`, whether it is taken; Podman, which has no BuildKit, knows no such path. */
export async function hasBuildkit(client: EngineClient, signal: AbortSignal): Promise<boolean> {
  const deadlineMs = deadlines.readMs
  try {
    const connection = await client.hijack(
      { method: 'POST', path: '/grpc', deadlineMs, signal },
      'h2c',
    )
    connection.on('error', () => undefined).destroy()
    return true
  } catch (error) {
    if (error instanceof EngineError) return false
    throw error
  }
}
