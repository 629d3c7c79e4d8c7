import { createHash, randomUUID } from 'node:crypto'

import { UserError } from '../lib/errors.ts'
import type {
  BuildProgress,
  BuildRequest,
  BuiltImage,
  ImageBuilder,
} from '../runtime/image-builder.ts'

import { buildFailureOf } from './build-failure-of.ts'
import { BuildSteps } from './build-steps.ts'
import { brokenConnection, connectBuildkit, type BuildkitAddress } from './connect-buildkit.ts'
import type { ContextSource } from './context-source.ts'
import { FolderSource } from './folder-source.ts'
import type { GrpcConnection } from './grpc-connection.ts'
import { grpcCode, GrpcError } from './grpc-error.ts'
import { MemorySource } from './memory-source.ts'
import type { TransferCount } from './send-context.ts'
import type { GrpcHandler, GrpcHandlers } from './serve-grpc.ts'
import { Session } from './session.ts'
import {
  credentialsService,
  fileSendService,
  fileSyncService,
  secretsService,
  type FindCredentials,
} from './session-services.ts'
import { dockerfileEntry, dockerignoreEntry, solveRequest } from './solve-request.ts'
import { solve } from './solve.ts'

export type BuildkitBuilderOptions = {
  address: BuildkitAddress
  /** Logins for private base images; without it all registries are asked anonymously. */
  findCredentials?: FindCredentials
  /** Called after each transfer of a folder (`context`, `dockerfile`), for measurements. */
  onSent?: (name: string, count: TransferCount) => void
}

/** Builds with a BuildKit, one connection and session for each build. */
export class BuildkitBuilder implements ImageBuilder {
  readonly #options: BuildkitBuilderOptions

  constructor(options: BuildkitBuilderOptions) {
    this.#options = options
  }

  async build(
    request: BuildRequest,
    { onProgress, signal }: { onProgress: (progress: BuildProgress) => void; signal: AbortSignal },
  ): Promise<BuiltImage> {
    using connection = await connectBuildkit(this.#options.address, signal)
    const steps = new BuildSteps(onProgress)
    const ours = new OwnFailures()
    const handlers = ours.watch(sessionHandlers(request, this.#options))
    try {
      using session = new Session(connection, { sharedKey: sharedKeyOf(request), handlers })
      const response = await this.#solve(request, { connection, session, steps, signal })
      const digest = response['containerimage.digest']
      const configDigest = response['containerimage.config.digest']
      return { ...(digest && { digest }), ...(configDigest && { configDigest }) }
    } catch (error) {
      signal.throwIfAborted()
      throw ours.first ?? this.#failure(error, steps, request.dockerfileName)
    }
  }

  async #solve(
    request: BuildRequest,
    { connection, session, steps, signal }: Running,
  ): Promise<Readonly<Record<string, string>>> {
    const ref = randomUUID().replaceAll('-', '')
    const solving = solve(connection, solveRequest(request, { ref, session: session.id }), {
      onStatus: (status) => steps.take(status),
      signal,
    })
    // When the session goes first, the solve ends with the connection.
    solving.catch(() => undefined)
    return Promise.race([solving, session.lost])
  }

  #failure(error: unknown, steps: BuildSteps, dockerfileName = dockerfileEntry): unknown {
    if (error instanceof UserError) return error
    const isBuilds = error instanceof GrpcError && error.code !== grpcCode.unavailable
    if (isBuilds) return buildFailureOf(error, { steps, dockerfileName })
    return brokenConnection(this.#options.address, error)
  }
}

type Running = {
  connection: GrpcConnection
  session: Session
  steps: BuildSteps
  signal: AbortSignal
}

/** What failed on our side of a session; BuildKit would only tell it in its own words. */
class OwnFailures {
  first: unknown

  watch(handlers: GrpcHandlers): GrpcHandlers {
    return new Map([...handlers].map(([method, handler]) => [method, this.#watched(handler)]))
  }

  #watched(handler: GrpcHandler): GrpcHandler {
    return async (call) => {
      try {
        await handler(call)
      } catch (error) {
        // Those are answers, or the other side's doing.
        if (!(error instanceof GrpcError)) this.first ??= error
        throw error
      }
    }
  }
}

function sessionHandlers(request: BuildRequest, options: BuildkitBuilderOptions): GrpcHandlers {
  const { contextDir, dockerfile, dockerignore, output, secrets = {} } = request
  const { findCredentials = async () => undefined, onSent = () => undefined } = options
  const sources = new Map<string, ContextSource>([
    ['context', contextDir === undefined ? new MemorySource({}) : new FolderSource(contextDir)],
    [
      'dockerfile',
      new MemorySource({
        [dockerfileEntry]: dockerfile,
        ...(dockerignore !== undefined && { [dockerignoreEntry]: dockerignore }),
      }),
    ],
  ])
  const handlers = new Map<string, GrpcHandler>([
    ['/moby.filesync.v1.FileSync/DiffCopy', fileSyncService(sources, onSent)],
    ['/moby.filesync.v1.Auth/Credentials', credentialsService(findCredentials)],
  ])
  const values = new Map(Object.entries(secrets).map(([id, value]) => [id, Buffer.from(value)]))
  handlers.set('/moby.buildkit.secrets.v1.Secrets/GetSecret', secretsService(values))
  if ('receive' in output) {
    handlers.set('/moby.filesync.v1.FileSend/DiffCopy', fileSendService(output.receive))
  }
  return handlers
}

/** A folder's contents are found again under this; what is in it, and who asks, must not change it. */
function sharedKeyOf({ contextDir }: BuildRequest): string {
  return createHash('sha256')
    .update(`agent:${contextDir ?? ''}`)
    .digest('hex')
    .slice(0, 32)
}
