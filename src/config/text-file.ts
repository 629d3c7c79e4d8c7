import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { errorCode } from '../lib/errors.ts'
import type { Position, Problem } from './problem.ts'

/** A file the user wrote: its text, or that it is not there, or why it cannot be read. */
export type TextFile =
  | { kind: 'text'; text: string }
  | { kind: 'missing' }
  | { kind: 'unreadable'; problem: Problem }

/** Far more than anybody writes by hand, and little enough to be parsed in a moment. */
const SIZE_MAX_BYTES = 1024 * 1024

/**
 * Reads a small UTF-8 file. Never throws and never blocks: a pipe or a device is refused, not read.
 * @param file the path as messages show it
 */
export function readTextFile(path: string, file: string): TextFile {
  const unreadable = (what: string, fix: string): TextFile => ({
    kind: 'unreadable',
    problem: { file, what, fix },
  })
  if (path.includes('\0')) return unreadable('the path holds a NUL character', 'name another file')
  let bytes: Uint8Array | 'not a file'
  try {
    bytes = readBytes(path)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' && !isLink(path)) return { kind: 'missing' }
    return unreadable(...(READ_FAULTS[code ?? ''] ?? UNKNOWN_READ_FAULT))
  }
  if (bytes === 'not a file') return unreadable(...NOT_A_FILE)
  return decodeText(bytes, file)
}

/** Bytes → text, without a byte order mark; a problem when they are too many or not UTF-8. */
export function decodeText(bytes: Uint8Array, file: string): TextFile {
  if (bytes.length > SIZE_MAX_BYTES) {
    const problem = { file, what: 'larger than 1 MB', fix: 'make it smaller' }
    return { kind: 'unreadable', problem }
  }
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { kind: 'unreadable', problem: encodingProblem(bytes, file) }
  }
}

/** One byte beyond the limit is enough to know that a file is too large. */
function readBytes(path: string): Uint8Array | 'not a file' {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) return 'not a file'
    const buffer = new Uint8Array(SIZE_MAX_BYTES + 1)
    let length = 0
    while (length < buffer.length) {
      const count = readSync(fd, buffer, length, buffer.length - length, null)
      if (count === 0) break
      length += count
    }
    return buffer.subarray(0, length)
  } finally {
    closeSync(fd)
  }
}

/** A link that leads nowhere is a mistake to tell, not an absent file. */
function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

const NOT_A_FILE = ['not a file', 'put a plain file in its place'] as const

const READ_FAULTS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  EACCES: ['cannot be read: permission denied', 'make it readable: chmod u+r'],
  EPERM: ['cannot be read: permission denied', 'make it readable: chmod u+r'],
  ENOENT: ['a link to a file that does not exist', 'remove the link or make its target'],
  ELOOP: ['a link that leads back to itself', 'remove the link'],
  ENOTDIR: ['cannot be read: a part of its path is not a folder', 'check the path'],
  ENAMETOOLONG: ['cannot be read: its path is too long', 'move it'],
  ENXIO: NOT_A_FILE,
}

const UNKNOWN_READ_FAULT = [
  'cannot be read: the file system reported a fault',
  'check the disk it is on',
] as const

function encodingProblem(bytes: Uint8Array, file: string): Problem {
  const [first, second] = bytes
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return {
    file,
    at: firstUndecodable(bytes),
    what: isUtf16 ? 'UTF-16 text, not UTF-8' : 'not UTF-8 text',
    fix: 'save it in UTF-8',
  }
}

/** A newline is never a part of another UTF-8 character, so lines can be tried one by one. */
function firstUndecodable(bytes: Uint8Array): Position {
  const strict = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  let start = 0
  while (start < bytes.length) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline < 0 ? bytes.length : newline
    const content = bytes.subarray(start, end)
    try {
      strict.decode(content)
    } catch {
      return { line, column: Math.max(new TextDecoder().decode(content).indexOf('\ufffd'), 0) + 1 }
    }
    line += 1
    start = end + 1
  }
  return { line: 1, column: 1 }
}
