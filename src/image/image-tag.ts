import { byText } from '../lib/by-text.ts'
import { sha256Hex } from '../platform/sha256.ts'
import type { Architecture } from './catalogue-entry.ts'

/** Everything that can make one image different from another. */
export type ImageIdentity = {
  /** For any builder, so that who builds does not change the tag. */
  dockerfile: string
  buildArgs: Readonly<Record<string, string>>
  /** Images it starts from or copies out of, as in the Dockerfile or with digests. */
  baseReferences: readonly string[]
  /** Path in the build context → content. */
  contextFiles: Readonly<Record<string, string>>
  initScript?: string
  /** As in image indexes: `linux/amd64`. */
  platform: `linux/${Architecture}`
  dockerMode?: 'host' | 'dind'
}

/** Hexadecimal digits of the hash in a tag. */
const HASH_LENGTH = 16

/**
 * The reference of the image with this content: `agentops/run:` and the first 16 digits of a SHA-256 over all of it. In which
 * order maps or base references are given does not matter.
 */
export function imageTagOf(identity: ImageIdentity): string {
  const { dockerfile, buildArgs, baseReferences, contextFiles } = identity
  const content = JSON.stringify([
    dockerfile,
    sortedEntries(buildArgs),
    [...new Set(baseReferences)].sort(),
    sortedEntries(contextFiles),
    identity.initScript ?? null,
    identity.platform,
    identity.dockerMode ?? null,
  ])
  return `agentops/run:${sha256Hex(content).slice(0, HASH_LENGTH)}`
}

function sortedEntries(map: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(map).sort(byText(([name]) => name))
}
