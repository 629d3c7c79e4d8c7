import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

export type DiskSpace = { path: string; freeBytes: number; totalBytes: number }

/** Below this much, or this part, a run's installation or build soon fills the disk. */
const LOW_BYTES = 2_000_000_000
const LOW_PART = 0.02

/** Of the file system that a folder is in, or would be made in: what ordinary users may still write. Undefined where it cannot be said. */
export async function diskSpaceAt(path: string): Promise<DiskSpace | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(path)
    return { path, freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return dirname(path) === path ? undefined : diskSpaceAt(dirname(path))
  }
}

export function isLow({ freeBytes, totalBytes }: DiskSpace): boolean {
  return freeBytes < LOW_BYTES || freeBytes < totalBytes * LOW_PART
}
