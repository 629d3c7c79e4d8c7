import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import type { Clock } from '../platform/clock.ts'

/** Above `maxBytes` a log is cut to whole lines of its last `keptBytes`. */
type LogLimits = { maxBytes: number; keptBytes: number }

const LIMITS: LogLimits = { maxBytes: 1024 * 1024, keptBytes: 256 * 1024 }

/**
 * Writes lines with their time to a file that does not grow for ever: it is cut now, and again whenever it has
 * become too long. What cannot be written is lost, since a full disk must not end the proxy.
 */
export function fileLog(
  path: string,
  clock: Clock,
  limits: LogLimits = LIMITS,
): (line: string) => void {
  let sizeBytes = cutLog(path, limits)
  return (line) => {
    const text = `${new Date(clock.now()).toISOString()} ${line}\n`
    try {
      appendFileSync(path, text, { mode: 0o600 })
    } catch {
      return
    }
    sizeBytes += Buffer.byteLength(text)
    if (sizeBytes > limits.maxBytes) sizeBytes = cutLog(path, limits)
  }
}

/** The size it has now; 0 for one that cannot be opened. */
function cutLog(path: string, limits: LogLimits): number {
  try {
    return cutFile(path, limits)
  } catch {
    return 0
  }
}

/** In place: whoever has the file open for appending, as our own stderr, goes on in the same one. */
function cutFile(path: string, { maxBytes, keptBytes }: LogLimits): number {
  const file = openSync(path, 'r+')
  try {
    const { size } = fstatSync(file)
    if (size <= maxBytes) return size
    const tail = Buffer.alloc(keptBytes)
    const length = readSync(file, tail, 0, keptBytes, size - keptBytes)
    const kept = tail.subarray(tail.indexOf('\n') + 1, length)
    ftruncateSync(file, 0)
    return writeSync(file, kept, 0, kept.length, 0)
  } finally {
    closeSync(file)
  }
}
