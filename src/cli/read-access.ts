import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { type AccessLine, decodeAccessLine } from '../daemon/access-line.ts'
import { olderAccessLog } from '../daemon/access-log.ts'
import { LineDecoder } from '../lib/line-decoder.ts'

/** Lines of a run's access log, and where the next ones will begin. */
export type AccessPart = { lines: AccessLine[]; end: number }

/** All that is kept of a run's access log, oldest first. */
export async function readAccess(path: string): Promise<AccessPart> {
  const older = await readAccessFrom(olderAccessLog(path), 0)
  const newer = await readAccessFrom(path, 0)
  return { lines: [...older.lines, ...newer.lines], end: newer.end }
}

/** Whole lines from this byte of the file on. A file that shrank is another one, and is read from its beginning. */
export async function readAccessFrom(path: string, start: number): Promise<AccessPart> {
  if (!existsSync(path)) return { lines: [], end: 0 }
  await using file = await open(path)
  const { size } = await file.stat()
  const from = size < start ? 0 : start
  const bytes = Buffer.alloc(size - from)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  const whole = bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1)
  const lines = new LineDecoder().push(whole).flatMap((json) => decodeAccessLine(json) ?? [])
  return { lines, end: from + whole.length }
}
