import { z } from 'zod'
import { StartError } from '../runtime/start-error.ts'

const outcomeSchema = z.object({
  failure: z
    .object({
      what: z.string(),
      exitCode: z.union([z.literal(125), z.literal(126), z.literal(127)]),
    })
    .optional(),
})

/** The one line that a supervising process answers. */
export function encodeOutcome(failure: StartError | undefined): string {
  const { message: what, exitCode } = failure ?? {}
  return JSON.stringify(failure === undefined ? {} : { failure: { what, exitCode } })
}

/** Undefined: the container runs. */
export function decodeOutcome(line: string): StartError | undefined {
  const { failure } = outcomeSchema.parse(JSON.parse(line))
  return failure && new StartError(failure.what, failure.exitCode)
}
