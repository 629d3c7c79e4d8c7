import * as z from 'zod/mini'

import { printable } from '../lib/printable.ts'
import { BuildFailedError, type BuildFailure } from '../runtime/build-failed-error.ts'

import type { BuildSteps } from './build-steps.ts'
import type { GrpcError, GrpcErrorDetail } from './grpc-error.ts'

/** solver/errdefs/errdefs.proto; Go's JSON leaves out what is empty. */
const vertexDetail = z.object({ digest: z.optional(z.string()) })
const sourceDetail = z.object({
  ranges: z.optional(
    z.array(
      z.object({
        start: z.optional(z.object({ line: z.optional(z.number()) })),
        end: z.optional(z.object({ line: z.optional(z.number()) })),
      }),
    ),
  ),
})

/** The error of a solve that BuildKit refused, as the user should see it. */
export function buildFailureOf(
  error: GrpcError,
  { steps, dockerfileName }: { steps: BuildSteps; dockerfileName: string },
): BuildFailedError {
  const step = steps.failed(failedVertex(error.details))
  const position = sourcePosition(error.details) ?? positionInMessage(error.message)
  const failure: BuildFailure = {
    reason: reasonOf(error.message),
    lastLines: step === undefined ? [] : steps.lastLines(step.id),
    ...(step && { stepName: step.name }),
    ...(position && { position }),
  }
  return new BuildFailedError(dockerfileName, failure, { cause: error })
}

/** Words around what matters: where an error came through, and the command that the step shows already. */
const wrappings: readonly RegExp[] = [
  /^(?:rpc error: code = \w+ desc = |failed to (?:solve|create LLB definition|load cache key|compute cache key)(?: with frontend [\w.]+)?: )+/,
  /^failed to calculate checksum of ref \S+: /,
  /^process ".*" did not complete successfully: /s,
  /^executor failed running \[.*\]: /s,
]

function reasonOf(message: string): string {
  const text = wrappings.reduce((rest, wrapping) => rest.replace(wrapping, ''), message)
  return printable(text.replaceAll('\n', ' ')).trim()
}

function failedVertex(details: readonly GrpcErrorDetail[]): string | undefined {
  return decodeDetail(details, 'errdefs.Vertex', vertexDetail)?.digest
}

function sourcePosition(details: readonly GrpcErrorDetail[]): BuildFailure['position'] {
  const range = decodeDetail(details, 'errdefs.Source', sourceDetail)?.ranges?.[0]
  const startLine = range?.start?.line ?? 0
  if (startLine < 1) return undefined
  return { startLine, endLine: Math.max(startLine, range?.end?.line ?? startLine) }
}

/** BuildKit before 0.8 gives no position but in words. */
function positionInMessage(message: string): BuildFailure['position'] {
  const line = Number(/parse error (?:on )?line (\d+)/i.exec(message)?.[1])
  return line >= 1 ? { startLine: line, endLine: line } : undefined
}

/** What a detail says; one that cannot be read only loses us a nicety. */
function decodeDetail<T>(
  details: readonly GrpcErrorDetail[],
  typeName: string,
  schema: z.ZodMiniType<T>,
): T | undefined {
  const detail = details.find(({ typeUrl }) => typeUrl.includes(typeName))
  if (detail === undefined) return undefined
  try {
    return schema.safeParse(JSON.parse(Buffer.from(detail.value).toString())).data
  } catch {
    return undefined
  }
}
