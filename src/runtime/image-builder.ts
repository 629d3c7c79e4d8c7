/** Where a layer cache is read from or written to: `registry` with `ref`, `inline`, `gha` and others. */
export type BuildCache = { type: string; attributes: Readonly<Record<string, string>> }

/**
 * Where the result goes: `moby` into the engine that builds; `docker` as a tarball for `docker load`, and
 * `tar` as one of the root file system, handed over piece by piece. `none` keeps it in the cache.
 */
export type BuildOutput =
  | { exporter: 'moby'; tag?: string }
  | { exporter: 'docker'; tag?: string; receive: ReceiveOutput }
  | { exporter: 'tar'; receive: ReceiveOutput }
  | { exporter: 'none' }

/** Reads the pieces in order; the build waits for it, and fails when it rejects. */
export type ReceiveOutput = (pieces: AsyncIterable<Uint8Array>) => Promise<void>

/** A build; what is left out is empty. */
export type BuildRequest = {
  /** Text of the Dockerfile; it need not exist as a file. */
  dockerfile: string
  /** What errors call the Dockerfile: a path. */
  dockerfileName?: string
  /** An absolute path; without one `COPY` from the context finds nothing. */
  contextDir?: string
  /** Text that counts instead of the context's own `.dockerignore`. */
  dockerignore?: string
  buildArgs?: Readonly<Record<string, string>>
  labels?: Readonly<Record<string, string>>
  target?: string
  /** `linux/arm64`. */
  platform?: string
  noCache?: boolean
  cacheFrom?: readonly BuildCache[]
  cacheTo?: readonly BuildCache[]
  /** Addresses that names are resolved at; absent, or for a builder that cannot choose: the builder's own. */
  nameServers?: readonly string[]
  /** For `RUN --mount=type=secret,id=…`, by id. */
  secrets?: Readonly<Record<string, string | Uint8Array>>
  output: BuildOutput
}

/** One step of a build; times in milliseconds since 1970, on the builder's clock. */
export type BuildStep = {
  id: string
  /** `[2/3] RUN make`. Those in `[internal]` are the builder's own. */
  name: string
  isCached: boolean
  startedMs?: number
  completedMs?: number
  /** Why it failed. */
  error?: string
}

/** What happens in a build, in order. A step comes again whenever something of it changes. */
export type BuildProgress =
  | { kind: 'step'; step: BuildStep }
  | { kind: 'log'; stepId: string; stream: 'stdout' | 'stderr'; bytes: Uint8Array }
  /** A part of a step, like the download of a layer, in bytes where `total` is not 0. */
  | { kind: 'part'; stepId: string; name: string; current: number; total: number; isDone: boolean }
  | { kind: 'warning'; stepId: string; text: string }

export type BuiltImage = {
  /** Digest of what was exported: the image id of a classic engine, the manifest of other builders. */
  digest?: string
  /** Digest of the image's configuration, where the builder tells it apart. */
  configDigest?: string
}

/** Builds images from Dockerfiles. */
export interface ImageBuilder {
  /**
   * Rejects with `BuildFailedError` when the Dockerfile is at fault, with `BuildkitUnreachableError` when
   * the builder is, and with the signal's reason when it fires; the build stops then.
   */
  build(
    request: BuildRequest,
    options: { onProgress: (progress: BuildProgress) => void; signal: AbortSignal },
  ): Promise<BuiltImage>
}
