import { Readable } from 'node:stream'
import { pack } from 'tar-stream'

import { UserError } from '../lib/errors.ts'
import { BuildFailedError } from '../runtime/build-failed-error.ts'
import type {
  BuildProgress,
  BuildRequest,
  BuiltImage,
  ImageBuilder,
} from '../runtime/image-builder.ts'

import { ClassicSteps, decodeBuildStream } from './classic-steps.ts'
import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { EngineError } from './engine-error.ts'
import type { DockerImages } from './images.ts'
import { pullTargetOf } from './pull-target.ts'
import { encodeRegistryLogin } from './registry-login.ts'

const DOCKERFILE = 'Dockerfile'

/**
 * The engine's builder from before BuildKit (`POST /build`): no secrets, no cache mounts, no context but the
 * Dockerfile. What it builds is in the engine's own store.
 */
export class ClassicBuilder implements ImageBuilder {
  readonly #client: EngineClient
  readonly #images: DockerImages

  constructor(client: EngineClient, images: DockerImages) {
    this.#client = client
    this.#images = images
  }

  async build(
    request: BuildRequest,
    { onProgress, signal }: { onProgress: (progress: BuildProgress) => void; signal: AbortSignal },
  ): Promise<BuiltImage> {
    refuseWhatItCannot(request)
    const { dockerfile, dockerfileName = DOCKERFILE } = request
    const steps = new ClassicSteps(onProgress)
    try {
      const stream = await this.#client.stream({
        method: 'POST',
        path: '/build',
        query: queryOf(request),
        headers: { 'X-Registry-Config': await this.#logins(dockerfile, signal) },
        upload: { contentType: 'application/x-tar', bytes: contextOf(dockerfile) },
        deadlineMs: deadlines.uploadMs,
        signal,
      })
      for await (const message of decodeBuildStream(stream.chunks)) steps.take(message)
    } catch (error) {
      signal.throwIfAborted()
      // The engine could not even read the Dockerfile.
      if (!(error instanceof EngineError)) throw error
      const failure = { reason: error.reason, lastLines: [] }
      throw new BuildFailedError(dockerfileName, failure, { cause: error })
    }
    const { failure, imageId } = steps
    if (failure !== undefined) throw new BuildFailedError(dockerfileName, failure)
    return imageId === undefined ? {} : { digest: imageId }
  }

  /** Logins for the registries of all base images, as `X-Registry-Config` has them. */
  async #logins(dockerfile: string, signal: AbortSignal): Promise<string> {
    const registries = new Set(
      baseReferences(dockerfile).map((name) => pullTargetOf(name).registry),
    )
    const logins = await Promise.all(
      [...registries].map(async (registry) => {
        const { login } = await this.#images.login(registry, signal)
        return login === undefined ? [] : [[login.serveraddress, login] as const]
      }),
    )
    return encodeRegistryLogin(Object.fromEntries(logins.flat()))
  }
}

function refuseWhatItCannot({ contextDir, secrets, output }: BuildRequest): void {
  const missing = [
    ...(contextDir === undefined ? [] : ['a build context']),
    ...(secrets === undefined ? [] : ['secrets']),
    ...('receive' in output ? ['output as a tarball'] : []),
  ]
  if (missing.length === 0) return
  throw new UserError(`the engine's classic builder cannot do ${missing.join(', ')}`, {
    fix: 'use BuildKit: unset AGENTOPS_DISABLE_BUILDKIT, or set BUILDKIT_HOST',
  })
}

function queryOf(request: BuildRequest): Record<string, string> {
  const { output, buildArgs = {}, labels = {}, target, platform, noCache } = request
  return {
    dockerfile: DOCKERFILE,
    rm: '1',
    forcerm: '1',
    buildargs: JSON.stringify(buildArgs),
    labels: JSON.stringify(labels),
    ...('tag' in output && output.tag !== undefined && { t: output.tag }),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(noCache === true && { nocache: '1' }),
  }
}

function contextOf(dockerfile: string): Readable {
  const context = pack()
  context.entry({ name: DOCKERFILE, mode: 0o644 }, dockerfile)
  context.finalize()
  return Readable.from(context)
}

/** Images that a Dockerfile begins with or copies out of; stages by their names are among them, and harmless. */
function baseReferences(dockerfile: string): string[] {
  const words = /^\s*(?:FROM\s+(?:--platform=\S+\s+)?|COPY\s+(?:--\S+\s+)*--from=)(\S+)/gim
  return [...dockerfile.matchAll(words)].map(([, reference = '']) => reference)
}
