import type { LabelSelector } from './labels.ts'

/** One step of a pull, as the runtime reports it. */
export type PullProgress = {
  /** Layer id, or the reference for messages about the whole. */
  id: string
  status: string
  /** Bytes, when known. */
  current?: number
  total?: number
}

export type ImageInfo = {
  id: string
  /** Repository digests, `name@sha256:…`, sorted. */
  digests: readonly string[]
  sizeBytes: number
  /** The image's own default command, empty when it has none. */
  command: readonly string[]
  entrypoint: readonly string[]
  user: string
}

/** An image of the store, as listing tells it. */
export type StoredImage = {
  id: string
  /** Names with tag, sorted; empty: no name leads to it any more. */
  references: readonly string[]
  /** With layers that other images have too. */
  sizeBytes: number
  createdAtMs: number
  labels: Readonly<Record<string, string>>
}

/** How a registry knows the user. */
export type RegistryLogin =
  | { username: string; password: string; serveraddress: string }
  | { identitytoken: string; serveraddress: string }

/** What the user's configuration has for a registry. */
export type FoundLogin = {
  login?: RegistryLogin
  /** Where it is, or would be: a path, with the credential helper that was asked. */
  source: string
  /** Why a login that should exist could not be had. */
  problem?: string
}

export interface ImageStore {
  /** Undefined when the image is not here. */
  inspect(reference: string, signal?: AbortSignal): Promise<ImageInfo | undefined>
  /** All images that carry these labels, ordered by id. */
  list(selector: LabelSelector, signal?: AbortSignal): Promise<StoredImage[]>
  /** Takes a name from an image, and with the last one the image. Gone already is no error; one that a container uses is a `UserError`. */
  remove(reference: string, signal?: AbortSignal): Promise<void>
  /** Downloads an image; a missing one, a refused login or no network is a `UserError` that names the reference. */
  pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<void>
  /** The user's login at a registry (`docker.io`, `host:port`), as builders ask for it; undefined: the runtime knows none. */
  login(registry: string, signal?: AbortSignal): Promise<FoundLogin | undefined>
  /** Takes an image in from a tarball as `docker save` writes it. */
  load(tarball: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>
}
