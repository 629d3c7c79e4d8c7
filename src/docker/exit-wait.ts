import * as z from 'zod/mini'

import type { ExitWait } from '../runtime/container-runtime.ts'
import type { ContainerId, ExitStatus } from '../runtime/container-state.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'

import { connectionFailure } from './connection-failure.ts'
import type { Containers } from './containers.ts'
import type { EngineStream } from './engine-client.ts'
import { pause } from './pause.ts'
import { decodeJson } from './response-body.ts'

const waitAnswer = z.object({
  StatusCode: z.number(),
  Error: z.nullish(z.object({ Message: z.string() })),
})

/** An exit that happened before the container was removed is on its way to us. */
const lastWordsMs = 1000

/**
 * Waits for a container's exit. The engine sends the head of its answer once it watches (all versions
 * since 1.30), so `ready` is that head. It watches for the *next* exit, hence a look whether the
 * container has exited already.
 */
export function waitForExit(
  containers: Containers,
  options: { id: ContainerId; endpoint: string; signal?: AbortSignal | undefined },
): ExitWait {
  const { id, endpoint, signal } = options
  const opened = containers.wait(id, signal)
  const ready = opened.then(() => undefined)
  const exit = opened.then(async (stream) => {
    const next = readExit(stream, endpoint)
    try {
      return await Promise.race([next, pastExit(containers, { id, next, signal })])
    } finally {
      // The other one may still fail, which then says nothing.
      next.catch(() => undefined)
      stream.close()
    }
  })
  // Callers look at one of the two first; a failure is in both.
  ready.catch(() => undefined)
  exit.catch(() => undefined)
  return { ready, exit }
}

async function readExit(stream: EngineStream, endpoint: string): Promise<ExitStatus> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream.chunks) chunks.push(chunk)
  if (chunks.length === 0) throw connectionFailure(endpoint, new Error('no answer to a wait'))
  const answer = decodeJson(waitAnswer, Buffer.concat(chunks).toString())
  const error = answer.Error?.Message
  return { exitCode: answer.StatusCode, ...(error && { error }) }
}

/** The exit that lies behind us; a container that has not exited leaves it to `next`. */
async function pastExit(
  containers: Containers,
  options: { id: ContainerId; next: Promise<ExitStatus>; signal: AbortSignal | undefined },
): Promise<ExitStatus> {
  const { id, next, signal } = options
  const found = await containers.inspect(id, signal)
  if (found === undefined) {
    const nothing = pause(lastWordsMs).then(() => {
      throw new ContainerUnavailableError(id, 'missing')
    })
    return Promise.race([next, nothing])
  }
  const { phase, exitCode, error } = found.state
  if (phase !== 'exited' || exitCode === undefined) return next
  return { exitCode, ...(error && { error }) }
}
