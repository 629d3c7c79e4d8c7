import { writeSync } from 'node:fs'
import { errorCode, UserError } from '../lib/errors.ts'
import { pauseSync } from './pause.ts'

/** Where a command's words go: the answer to stdout, the conversation to stderr. */
export interface Output {
  /** One line of the answer. */
  answer(line: string): void
  /** One line of notice, progress or error. */
  note(line: string): void
  /** Part of a line to stderr, as it is: for a line that is rewritten. */
  passNote(text: string): void
  /** Bytes of a container's output, unchanged; resolves when they were taken, to false when nobody reads them any more. */
  pass(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<boolean>
}

export function systemOutput(): Output {
  const streams = new Map<'stdout' | 'stderr', NodeJS.WriteStream>()
  const streamOf = (name: 'stdout' | 'stderr'): NodeJS.WriteStream => {
    const known = streams.get(name)
    if (known !== undefined) return known
    const stream = process[name]
    // Each write tells its own failure; an event that nobody hears would end the process.
    stream.on('error', () => undefined)
    streams.set(name, stream)
    return stream
  }
  return {
    answer: (line) => writeWhole(1, `${line}\n`),
    note: (line) => writeWhole(2, `${line}\n`),
    passNote: (text) => writeWhole(2, text),
    pass: (name, bytes) => passOn(name, streamOf(name), bytes),
  }
}

/**
 * Writes at once, so that nothing is lost when the process exits. A closed pipe (`| head`) is no error of ours, and
 * of a stderr that takes nothing nobody could be told.
 */
function writeWhole(fd: 1 | 2, text: string): void {
  let bytes: Uint8Array = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes))
    } catch (error) {
      const code = errorCode(error)
      if (code === 'EPIPE' || (fd === 2 && code !== 'EAGAIN')) return
      if (code !== 'EAGAIN') throw cannotWrite('stdout', error)
      pauseSync(1)
    }
  }
}

function cannotWrite(stream: 'stdout' | 'stderr', cause: unknown): UserError {
  return new UserError(`cannot write to ${stream}`, {
    fix: 'see that it is open and leads to a disk with room left',
    cause,
  })
}

function passOn(
  name: 'stdout' | 'stderr',
  stream: NodeJS.WriteStream,
  bytes: Uint8Array,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error === null || error === undefined) resolve(true)
      else if (errorCode(error) === 'EPIPE') resolve(false)
      else reject(cannotWrite(name, error))
    })
  })
}
