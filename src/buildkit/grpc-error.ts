/** The status codes that are named here (gRPC, "Status codes and their use in gRPC"). */
export const grpcCode = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const

/** A typed detail of a failed call; BuildKit's are JSON. */
export type GrpcErrorDetail = { typeUrl: string; value: Uint8Array }

/** A call that ended with another status than OK, or without one (`unavailable`). */
export class GrpcError extends Error {
  override readonly name = 'GrpcError'
  readonly code: number
  readonly details: readonly GrpcErrorDetail[]

  constructor(
    code: number,
    message: string,
    options: { details?: readonly GrpcErrorDetail[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? []
  }
}
