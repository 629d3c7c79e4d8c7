import * as z from 'zod/mini'

import type { RuntimeInfo } from '../runtime/container-state.ts'

import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'

/** `GET /_ping`: what the engine is, from the headers alone, which is a tenth of what `GET /info` costs. */
export async function engineInfo(
  client: EngineClient,
  options: { isLocal: boolean; signal?: AbortSignal | undefined },
): Promise<RuntimeInfo> {
  const { apiVersion, server } = await client.greet(options.signal)
  const { product, version } = parseServer(server)
  return {
    kind: 'docker',
    description: `${product} ${version}`.trimEnd(),
    version,
    apiVersion,
    isLocal: options.isLocal,
  }
}

/** `Docker/26.1.5 (linux)`, `Libpod/5.2.0 (linux)`; another engine's word is shown as it is. */
function parseServer(server: string): { product: string; version: string } {
  const match = /^(?<name>[^/\s]+)\/(?<version>\S+)/.exec(server)
  const { name = server, version = '' } = match?.groups ?? {}
  const products: Record<string, string> = { Docker: 'Docker Engine', Libpod: 'Podman' }
  // Something in between may have taken the header away.
  return { product: products[name] ?? (name || 'the engine'), version }
}

const infoAnswer = z.object({ Runtimes: z.nullish(z.record(z.string(), z.unknown())) })

/** `GET /info`: the OCI runtimes the engine can start containers with, sorted. */
export async function engineOciRuntimes(
  client: EngineClient,
  signal?: AbortSignal,
): Promise<string[]> {
  const { Runtimes: runtimes } = await client.json(infoAnswer, {
    method: 'GET',
    path: '/info',
    deadlineMs: deadlines.readMs,
    signal,
  })
  return Object.keys(runtimes ?? {}).sort()
}
