import { sha256Hex } from '../platform/sha256.ts'

/** The bridge of a network of ours: at most 15 bytes (IFNAMSIZ), the same for the same network name everywhere. */
export function bridgeName(network: string): string {
  return `br-${sha256Hex(network).slice(0, 12)}`
}
