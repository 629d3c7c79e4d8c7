import { closeSync, openSync, writeSync } from 'node:fs'
import { type Libc, checked } from '../libc.ts'
import type { Pipe } from '../pipe.ts'

/** As in ../pipe.ts. Deno knows only the descriptors that it has opened, so it opens both ends again. */
export function openPipe(libc: Libc): Pipe {
  const O_CLOEXEC = 0o2_000_000
  const ends = new Int32Array(2)
  checked(libc, libc.pipe2(ends, O_CLOEXEC), 'open a pipe')
  const [readEnd = -1, writeEnd = -1] = ends
  const known = { readEnd: reopened(readEnd, 'r'), writeEnd: reopened(writeEnd, 'w') }
  for (const end of ends) libc.close(end)
  return known
}

/** As in ../pipe.ts. */
export function writeToInherited(descriptor: number, text: string): void {
  const known = reopened(descriptor, 'w')
  writeSync(known, text)
  closeSync(known)
}

function reopened(descriptor: number, flags: 'r' | 'w'): number {
  return openSync(`/proc/self/fd/${descriptor}`, flags)
}
