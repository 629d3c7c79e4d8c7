import { z } from 'zod'
import { messageOf, UserError } from '../../lib/errors.ts'
import { StartError } from '../start-error.ts'

/** What a supervising process answers when its container runs. */
export const STARTED = 'started'

const reportSchema = z.object({
  what: z.string(),
  fixes: z.array(z.string()),
  exitCode: z.union([z.literal(125), z.literal(126), z.literal(127)]),
})

/** Why a container did not start, as one line from one process to the next. */
export function encodeStartFailure(error: unknown): string {
  const exitCode = error instanceof UserError ? error.exitCode : 125
  return JSON.stringify({
    what: messageOf(error),
    fixes: error instanceof UserError ? error.fixes : [],
    exitCode: exitCode === 126 || exitCode === 127 ? exitCode : 125,
  })
}

/** The error of such a line. */
export function decodeStartFailure(line: string): StartError {
  const report = reportSchema.safeParse(parseJson(line))
  if (!report.success) return new StartError(`the container did not start: ${line}`, 125)
  const { what, fixes, exitCode } = report.data
  return new StartError(what, exitCode, { fix: fixes })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
