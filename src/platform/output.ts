import { writeSync } from 'node:fs'
import { errorCode } from '../lib/errors.ts'
import { pauseSync } from './pause.ts'

/** Where a command's words go: the answer to stdout, the conversation to stderr. */
export interface Output {
  /** One line of the answer. */
  answer(line: string): void
  /** One line of notice, progress or error. */
  note(line: string): void
  /** Part of a line to stderr, as it is: for a line that is rewritten. */
  passNote(text: string): void
  /** Bytes of a container's output, unchanged; resolves when they were taken. */
  pass(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void>
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
    pass: (stream, bytes) => passOn(streamOf(stream), bytes),
  }
}

/** Writes at once, so that nothing is lost when the process exits; a closed pipe (`| head`) is no error of ours. */
function writeWhole(fd: number, text: string): void {
  let bytes: Uint8Array = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes))
    } catch (error) {
      const code = errorCode(error)
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
      pauseSync(1)
    }
  }
}

function passOn(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error === null || error === undefined || errorCode(error) === 'EPIPE') resolve()
      else reject(error)
    })
  })
}
