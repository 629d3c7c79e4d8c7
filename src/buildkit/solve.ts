import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf'

import {
  SolveRequestSchema,
  SolveResponseSchema,
  StatusRequestSchema,
  StatusResponseSchema,
  type StatusResponse,
} from './generated/control_pb.ts'
import type { ClientCall } from './client-call.ts'
import { GrpcError } from './grpc-error.ts'
import type { GrpcConnection } from './grpc-connection.ts'

export type SolveRequest = MessageInitShape<typeof SolveRequestSchema> & { Ref: string }

/** How long the last status messages may take after the end of the solve. */
const statusLimitMs = 5_000

/**
 * Builds, and reports on the way (api/services/control, Solve and Status). Resolves with what the
 * exporter says, after the last status; rejects with `GrpcError` or the signal's reason, and BuildKit
 * then stops the running step.
 */
export async function solve(
  connection: GrpcConnection,
  request: SolveRequest,
  { onStatus, signal }: { onStatus: (status: StatusResponse) => void; signal: AbortSignal },
): Promise<Readonly<Record<string, string>>> {
  const statusRequest = create(StatusRequestSchema, { Ref: request.Ref })
  const status = connection.serverStream(
    '/moby.buildkit.v1.Control/Status',
    toBinary(StatusRequestSchema, statusRequest),
    signal,
  )
  const reported = report(status, onStatus)
  // Looked at below, once the solve has ended.
  reported.catch(() => undefined)
  try {
    const answer = await connection.unary(
      '/moby.buildkit.v1.Control/Solve',
      toBinary(SolveRequestSchema, create(SolveRequestSchema, request)),
      signal,
    )
    return fromBinary(SolveResponseSchema, answer).ExporterResponse
  } finally {
    const limit = setTimeout(() => status.cancel(), statusLimitMs)
    await reported.finally(() => clearTimeout(limit))
  }
}

/** Progress that breaks off is no reason to fail a build; what `onStatus` throws is. */
async function report(call: ClientCall, onStatus: (status: StatusResponse) => void): Promise<void> {
  for (;;) {
    const message = await nextUnlessBroken(call)
    if (message === undefined) return
    onStatus(fromBinary(StatusResponseSchema, message))
  }
}

async function nextUnlessBroken(call: ClientCall): Promise<Buffer | undefined> {
  try {
    return await call.next()
  } catch (error) {
    if (error instanceof GrpcError) return undefined
    throw error
  }
}
