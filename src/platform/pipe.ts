import { writeSync } from 'node:fs'
import { type Libc, checked } from './libc.ts'

export type Pipe = { readEnd: number; writeEnd: number }

/** pipe2(2); neither end is inherited unless a child is given it by name. */
export function openPipe(libc: Libc): Pipe {
  const O_CLOEXEC = 0o2_000_000
  const ends = new Int32Array(2)
  checked(libc, libc.pipe2(ends, O_CLOEXEC), 'open a pipe')
  const [readEnd = -1, writeEnd = -1] = ends
  return { readEnd, writeEnd }
}

/** Writes a text to a descriptor that this process was started with. */
export function writeToInherited(descriptor: number, text: string): void {
  writeSync(descriptor, text)
}
