import { formatSize } from './format-size.ts'

type Sized = { sizeBytes?: number }

/** Bytes of all together; undefined when one's are not known. Layers that images share are counted once for each. */
export function totalBytes(things: readonly Sized[]): number | undefined {
  let total = 0
  for (const { sizeBytes } of things) {
    if (sizeBytes === undefined) return undefined
    total += sizeBytes
  }
  return total
}

/** The same for people. */
export function totalSize(things: readonly Sized[]): string {
  const total = totalBytes(things)
  return total === undefined ? 'unknown' : formatSize(total)
}
