import { z } from 'zod'

import type { RuntimeInfo } from '../runtime/container-state.ts'

import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'

const infoAnswer = z.object({
  ServerVersion: z.string(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
})

/** `GET /_ping` and `GET /info`: what the engine is and which OCI runtimes it has. */
export async function engineInfo(
  client: EngineClient,
  options: { isLocal: boolean; signal?: AbortSignal | undefined },
): Promise<RuntimeInfo> {
  const { isLocal, signal } = options
  const { apiVersion, server } = await client.greet(signal)
  const { ServerVersion: version, Runtimes: runtimes } = await client.json(infoAnswer, {
    method: 'GET',
    path: '/info',
    deadlineMs: deadlines.readMs,
    signal,
  })
  const product = server.startsWith('Libpod/') ? 'Podman' : 'Docker Engine'
  return {
    kind: 'docker',
    description: `${product} ${version}`,
    version,
    apiVersion,
    ociRuntimes: Object.keys(runtimes ?? {}).sort(),
    isLocal,
  }
}
