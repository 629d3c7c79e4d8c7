import type { Duplex } from 'node:stream'

import { messageOf } from '../lib/errors.ts'
import { untilAborted } from '../lib/until-aborted.ts'
import { BuildkitUnreachableError } from '../runtime/buildkit-unreachable-error.ts'
import { UnavailableError, type UnavailableReason } from '../runtime/unavailable-error.ts'

import { grpcCode, GrpcError } from './grpc-error.ts'
import { GrpcConnection } from './grpc-connection.ts'

/** Where a BuildKit is, and how to open a connection to it. */
export type BuildkitAddress = {
  /** For messages: `tcp://builder:1234`, `the engine at unix:///var/run/docker.sock`. */
  name: string
  /** Opens a new connection; rejects with the signal's reason when it fires. */
  dial(signal: AbortSignal): Promise<Duplex>
  /** What the user can do when nothing answers. */
  fix?: string
}

/** From dialling to the first answer. */
const connectLimitMs = 15_000

/**
 * An open connection behind which a BuildKit has answered. Rejects with `BuildkitUnreachableError`.
 * `Control.Info` would be the question to ask, but engines before 23 do not know it.
 */
export async function connectBuildkit(
  address: BuildkitAddress,
  signal: AbortSignal,
): Promise<GrpcConnection> {
  const limit = AbortSignal.timeout(connectLimitMs)
  const either = AbortSignal.any([signal, limit])
  try {
    const socket = await untilAborted(dialled(address, either), either)
    const connection = new GrpcConnection(socket)
    try {
      await connection.unary('/moby.buildkit.v1.Control/ListWorkers', new Uint8Array(), either)
      return connection
    } catch (error) {
      connection[Symbol.dispose]()
      throw error
    }
  } catch (error) {
    signal.throwIfAborted()
    throw unreachable(address, limit.aborted ? limit.reason : error)
  }
}

/** A connection that opens after nobody waits for it any more is closed. */
async function dialled(address: BuildkitAddress, signal: AbortSignal): Promise<Duplex> {
  const socket = await address.dial(signal)
  if (signal.aborted) socket.destroy()
  return socket
}

/** A connection that broke in the middle of a build. */
export function brokenConnection(
  address: BuildkitAddress,
  cause: unknown,
): BuildkitUnreachableError {
  return new BuildkitUnreachableError(`the connection to BuildKit at ${address.name} broke`, {
    reason: 'broken',
    endpoint: address.name,
    ...(address.fix !== undefined && { fix: address.fix }),
    cause,
  })
}

function unreachable(address: BuildkitAddress, cause: unknown): BuildkitUnreachableError {
  const reason = reasonOf(cause)
  return new BuildkitUnreachableError(`BuildKit at ${address.name} ${wordsFor[reason]}`, {
    reason,
    endpoint: address.name,
    ...(address.fix !== undefined && { fix: address.fix }),
    cause,
  })
}

const wordsFor: Readonly<Record<UnavailableReason, string>> = {
  absent: 'is not there',
  refused: 'accepts no connections',
  denied: 'may not be used by this user',
  unanswered: `did not answer within ${connectLimitMs / 1000} s`,
  incompatible: 'is no BuildKit, or one that cannot be used',
  broken: 'closed the connection',
  invalid: 'is no address',
}

function reasonOf(error: unknown): UnavailableReason {
  if (error instanceof UnavailableError) return error.reason
  if (error instanceof GrpcError) {
    return error.code === grpcCode.unavailable ? 'broken' : 'incompatible'
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'unanswered'
  const message = messageOf(error)
  if (/ENOENT|ENOTFOUND|EAI_/.test(message)) return 'absent'
  if (/EACCES|EPERM/.test(message)) return 'denied'
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/.test(message)) return 'refused'
  return 'incompatible'
}
