import * as z from 'zod/mini'

import type { PullProgress } from '../runtime/image-store.ts'

import { jsonLines } from './json-lines.ts'

const pullLine = z.object({
  status: z.optional(z.string()),
  id: z.optional(z.string()),
  progressDetail: z.nullish(
    z.object({ current: z.optional(z.number()), total: z.optional(z.number()) }),
  ),
  error: z.optional(z.string()),
  errorDetail: z.nullish(z.object({ message: z.string() })),
})

/** The engine reported an error in the middle of a pull, which had begun with status 200. */
export class PullStreamError extends Error {
  override readonly name = 'PullStreamError'
}

/**
 * Decodes the progress of a pull (Engine API, "Create an image"): one JSON object a line. Throws a
 * `PullStreamError` for an error among them.
 */
export async function* decodePullStream(
  chunks: AsyncIterable<Uint8Array>,
  reference: string,
): AsyncGenerator<PullProgress> {
  for await (const value of jsonLines(chunks)) {
    const { status, id, progressDetail, error, errorDetail } = pullLine.parse(value)
    const failure = errorDetail?.message ?? error
    if (failure !== undefined) throw new PullStreamError(failure)
    if (status === undefined) continue
    const { current, total } = progressDetail ?? {}
    yield {
      id: id ?? reference,
      status,
      ...(current !== undefined && { current }),
      ...(total !== undefined && { total }),
    }
  }
}
