/*
 * Go's `os.FileMode`, which fsutil sends, is not `st_mode`: the permission bits are the same, all
 * others have places of their own (Go, io/fs, FileMode). Sending `st_mode` is no error at the other
 * end: a folder silently becomes an empty file.
 */

const formatMask = 0o170000

const goTypeBits: ReadonlyMap<number, number> = new Map([
  [0o040000, 2 ** 31], // directory
  [0o120000, 2 ** 27], // symbolic link
  [0o060000, 2 ** 26], // block device
  [0o020000, 2 ** 26 + 2 ** 21], // character device
  [0o010000, 2 ** 25], // named pipe
  [0o140000, 2 ** 24], // socket
])

const goSpecialBits: readonly (readonly [number, number])[] = [
  [0o4000, 2 ** 23], // setuid
  [0o2000, 2 ** 22], // setgid
  [0o1000, 2 ** 20], // sticky
]

/** `st_mode` as Go's FileMode, an unsigned 32-bit number. */
export function goFileMode(stMode: number): number {
  let mode = (stMode & 0o777) + (goTypeBits.get(stMode & formatMask) ?? 0)
  for (const [bit, goBit] of goSpecialBits) if ((stMode & bit) !== 0) mode += goBit
  return mode
}
