import { create, fromBinary, toBinary } from '@bufbuild/protobuf'

import type { ReceiveOutput } from '../runtime/image-builder.ts'

import { bytesOfMessage } from './bytes-message.ts'
import type { ContextSource } from './context-source.ts'
import {
  CredentialsRequestSchema,
  CredentialsResponseSchema,
  GetSecretRequestSchema,
  GetSecretResponseSchema,
  HealthCheckResponseSchema,
} from './generated/session_pb.ts'
import { grpcCode, GrpcError } from './grpc-error.ts'
import { sendContext, type TransferCount } from './send-context.ts'
import type { GrpcCall, GrpcHandler } from './serve-grpc.ts'

/** The user's login at a registry. */
export type RegistryCredentials = { username: string; secret: string }

/** Looks up a login by the registry's host, as BuildKit calls it: `registry-1.docker.io`, `localhost:5000`. */
export type FindCredentials = (host: string) => Promise<RegistryCredentials | undefined>

const serving = 1

/**
 * `grpc.health.v1.Health/Check`, which BuildKit calls every few seconds: it drops a session that does
 * not answer. @param onCheck the other side lives
 */
export function healthService(onCheck: () => void): GrpcHandler {
  return async (call) => {
    onCheck()
    await call.messages.next()
    const answer = create(HealthCheckResponseSchema, { status: serving })
    await call.send(toBinary(HealthCheckResponseSchema, answer))
  }
}

/** `moby.filesync.v1.FileSync/DiffCopy`: sends the folder that BuildKit names. */
export function fileSyncService(
  sources: ReadonlyMap<string, ContextSource>,
  onSent: (name: string, count: TransferCount) => void,
): GrpcHandler {
  return async (call) => {
    const { metadata } = call
    const name = metadata.first('dir-name') ?? ''
    const source = sources.get(name)
    if (source === undefined) {
      throw new GrpcError(grpcCode.notFound, `no access allowed to dir "${name}"`)
    }
    const count = await sendContext(call, source, {
      include: metadata.values('include-patterns'),
      exclude: metadata.values('exclude-patterns'),
      follow: metadata.values('followpaths'),
    })
    onSent(name, count)
  }
}

/** `moby.filesync.v1.FileSend/DiffCopy`: takes what an exporter makes. */
export function fileSendService(receive: ReceiveOutput): GrpcHandler {
  return (call) => receive(pieces(call))
}

async function* pieces({ messages }: GrpcCall): AsyncGenerator<Uint8Array> {
  for (;;) {
    const message = await messages.next()
    if (message === undefined) return
    yield bytesOfMessage(message)
  }
}

/** `moby.filesync.v1.Auth/Credentials`; a host without a login is asked for anonymously. */
export function credentialsService(find: FindCredentials): GrpcHandler {
  return async (call) => {
    const { Host: host } = fromBinary(CredentialsRequestSchema, await request(call))
    const found = await find(host)
    const fields = found === undefined ? {} : { Username: found.username, Secret: found.secret }
    const answer = create(CredentialsResponseSchema, fields)
    await call.send(toBinary(CredentialsResponseSchema, answer))
  }
}

/** `moby.buildkit.secrets.v1.Secrets/GetSecret`. */
export function secretsService(secrets: ReadonlyMap<string, Uint8Array>): GrpcHandler {
  return async (call) => {
    const { ID: id } = fromBinary(GetSecretRequestSchema, await request(call))
    const data = secrets.get(id)
    if (data === undefined) throw new GrpcError(grpcCode.notFound, `secret ${id} not found`)
    await call.send(toBinary(GetSecretResponseSchema, create(GetSecretResponseSchema, { data })))
  }
}

async function request({ messages }: GrpcCall): Promise<Uint8Array> {
  return (await messages.next()) ?? new Uint8Array()
}
