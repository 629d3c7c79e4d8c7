import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as z from 'zod/mini'

import { byText } from '../lib/by-text.ts'
import type { Environment } from '../platform/host.ts'
import { UserError } from '../lib/errors.ts'
import type {
  FoundLogin,
  ImageInfo,
  ImageStore,
  PullProgress,
  StoredImage,
} from '../runtime/image-store.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import { pullFailure } from '../runtime/pull-failure.ts'

import { deadlines } from './deadlines.ts'
import { dockerConfigFolder, readDockerConfig } from './docker-config.ts'
import type { EngineClient, EngineRequest } from './engine-client.ts'
import { EngineError, hasStatus, unlessMissing } from './engine-error.ts'
import { labelFilters } from './label-filters.ts'
import { decodePullStream, PullStreamError } from './pull-stream.ts'
import { pullTargetOf } from './pull-target.ts'
import { encodeRegistryLogin, findRegistryLogin } from './registry-login.ts'
import { SilenceLimit } from './silence-limit.ts'

const words = z.nullish(z.array(z.string()))
const inspectAnswer = z.object({
  Id: z.string(),
  RepoDigests: words,
  Size: z.number(),
  Config: z.nullish(z.object({ Cmd: words, Entrypoint: words, User: z.nullish(z.string()) })),
})

const listAnswer = z.array(
  z.object({
    Id: z.string(),
    RepoTags: words,
    Size: z.number(),
    Created: z.number(),
    Labels: z.nullish(z.record(z.string(), z.string())),
  }),
)

/** The Engine API's images. */
export class DockerImages implements ImageStore {
  readonly #client: EngineClient
  readonly #env: Environment
  readonly #home: string

  constructor(client: EngineClient, options: { env: Environment; home: string }) {
    this.#client = client
    this.#env = options.env
    this.#home = options.home
  }

  /** `GET /images/{name}/json` */
  async inspect(reference: string, signal?: AbortSignal): Promise<ImageInfo | undefined> {
    const answer = await unlessMissing(
      this.#client.json(inspectAnswer, {
        method: 'GET',
        path: `${imagePath(reference)}/json`,
        deadlineMs: deadlines.readMs,
        signal,
      }),
    )
    if (answer === undefined) return undefined
    const { Id: id, RepoDigests: digests, Size: sizeBytes, Config: config } = answer
    return {
      id,
      digests: [...(digests ?? [])].sort(),
      sizeBytes,
      command: config?.Cmd ?? [],
      entrypoint: config?.Entrypoint ?? [],
      user: config?.User ?? '',
    }
  }

  /** `GET /images/json`; `Created` is in seconds, and a nameless image has the tag `<none>:<none>` in older answers. */
  async list(selector: LabelSelector, signal?: AbortSignal): Promise<StoredImage[]> {
    const images = await this.#client.json(listAnswer, {
      method: 'GET',
      path: '/images/json',
      query: { filters: labelFilters(selector) },
      deadlineMs: deadlines.readMs,
      signal,
    })
    return images
      .map(({ Id: id, RepoTags: tags, Size: sizeBytes, Created: created, Labels: labels }) => ({
        id,
        references: (tags ?? []).filter((tag) => tag !== '<none>:<none>').sort(),
        sizeBytes,
        createdAtMs: created * 1000,
        labels: labels ?? {},
      }))
      .sort(byText(({ id }) => id))
  }

  /** `DELETE /images/{name}`, never by force: the engine then refuses what a container uses. */
  async remove(reference: string, signal?: AbortSignal): Promise<void> {
    try {
      await unlessMissing(
        this.#client.call({
          method: 'DELETE',
          path: imagePath(reference),
          deadlineMs: deadlines.changeMs,
          signal,
        }),
      )
    } catch (error) {
      if (!hasStatus(error, 409)) throw error
      throw new UserError(`the image ${reference} is in use`, {
        fix: `docker ps -a --filter ancestor=${reference}`,
        cause: error,
      })
    }
  }

  /** `POST /images/create` with the user's login at the registry, if there is one. */
  async pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { registry, name, version } = pullTargetOf(reference)
    const found = await this.login(registry, signal)
    try {
      await this.#receive(reference, onProgress, {
        method: 'POST',
        path: '/images/create',
        query: { fromImage: name, tag: version },
        ...(found.login && { headers: { 'X-Registry-Auth': encodeRegistryLogin(found.login) } }),
        deadlineMs: deadlines.pullHeadMs,
        signal,
      })
    } catch (error) {
      const reason = refusalOf(error)
      if (reason === undefined) throw error
      throw pullFailure({ reference, reason, found }, { cause: error })
    }
  }

  /** `POST /images/load` */
  async load(tarball: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    const stream = await this.#client.stream({
      method: 'POST',
      path: '/images/load',
      query: { quiet: '1' },
      upload: { contentType: 'application/x-tar', bytes: Readable.from(tarball) },
      deadlineMs: deadlines.uploadMs,
      signal,
    })
    // What it says is of no interest, but for an error among it.
    for await (const _progress of decodePullStream(stream.chunks, 'the image')) continue
  }

  /** The user's login at a registry; a configuration that cannot be read is a problem of the login, not of the pull. */
  async login(registry: string, signal?: AbortSignal): Promise<FoundLogin> {
    const folder = dockerConfigFolder(this.#env, this.#home)
    const source = join(folder, 'config.json')
    const config = await readDockerConfig(folder).catch((error: Error) => error)
    if (config instanceof Error) return { source, problem: config.message }
    const found = await findRegistryLogin(config, registry, { env: this.#env, signal })
    const { helper, ...rest } = found
    return { ...rest, source: helper === undefined ? source : `${helper} (${source})` }
  }

  async #receive(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    request: EngineRequest,
  ): Promise<void> {
    using silence = new SilenceLimit(
      `the engine at ${this.#client.endpoint} has said nothing about the pull of ${reference} for ${deadlines.pullSilenceMs / 60_000} minutes`,
      { limitMs: deadlines.pullSilenceMs, signal: request.signal },
    )
    const stream = await this.#client.stream({ ...request, signal: silence.signal })
    for await (const progress of decodePullStream(stream.chunks, reference)) {
      silence.heard()
      onProgress(progress)
    }
  }
}

function imagePath(reference: string): string {
  return `/images/${reference.split('/').map(encodeURIComponent).join('/')}`
}

/** The engine's words when it was the engine that refused. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof EngineError) return error.reason
  return error instanceof PullStreamError ? error.message : undefined
}
