import { readFileSync } from 'node:fs'
import type { Libc } from './libc.ts'

const MADV_DONTNEED = 4

/** Part of this process's address space: bounds in bytes. */
export type MappedRange = { start: bigint; end: bigint }

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

/**
 * Where a program is mapped as its file has it, from the text of proc_pid_smaps(5). Where anything was ever written,
 * by this process or a debugger, the page would come back without it; those ranges are left out.
 */
export function unwrittenRanges(smaps: string, program: string): MappedRange[] {
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap((mapping) => {
    const head = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +(.*)$/m.exec(mapping)
    if (head === null || head[3] !== program || !/^Anonymous: +0 kB$/m.test(mapping)) return []
    return [{ start: BigInt(`0x${head[1]}`), end: BigInt(`0x${head[2]}`) }]
  })
}
