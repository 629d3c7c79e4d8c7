import { readFileSync } from 'node:fs'
import type { Libc } from './libc.ts'
import { unwrittenRanges } from './unwritten-ranges.ts'

const MADV_DONTNEED = 4

/**
 * Gives back what a process that will mostly wait does not need: garbage, free memory, and the pages of its own
 * program, which most of its resident memory is (Linux). They come back from the page cache, one by one, when they
 * are needed. madvise(2)
 */
export function releaseMemory(libc: Libc): void {
  Bun.gc(true)
  Bun.shrink()
  for (const { start, end } of unwrittenRanges(
    readFileSync('/proc/self/smaps', 'utf8'),
    process.execPath,
  ))
    libc.madvise(start, end - start, MADV_DONTNEED)
}
