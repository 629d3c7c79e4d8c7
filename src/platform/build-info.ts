/* The bundler replaces these expressions by literals (scripts/compile-binary.ts); run from source they are undefined. */
declare global {
  var AGENT_VERSION: string | undefined
  var AGENT_COMMIT: string | undefined
  var AGENT_FAULTS: boolean | undefined
}

export type BuildInfo = {
  /** Semantic version; `0.0.0-source` when run from source. */
  version: string
  /** Abbreviated commit, with `-dirty` after it for a changed work tree; absent where git was not. */
  commit?: string
  /** Version of the Bun inside the binary, or of the one that runs the source. */
  bun: string
  /** Whether fault points were compiled in. Only test builds have them. */
  faults: boolean
}

/** What this program was built from. */
export function buildInfo(): BuildInfo {
  const commit = globalThis.AGENT_COMMIT
  return {
    version: globalThis.AGENT_VERSION ?? '0.0.0-source',
    ...(commit === undefined ? {} : { commit }),
    bun: process.versions['bun'] ?? 'unknown',
    faults: globalThis.AGENT_FAULTS ?? false,
  }
}
