import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Duplex } from 'node:stream'

/** A program's stdin and stdout as one connection; destroying it ends the program. */
export class ProcessConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams

  /** @param failureOf the error of a program that ended with this exit code; undefined for a good end */
  constructor(
    child: ChildProcessWithoutNullStreams,
    failureOf: (exitCode: number | null) => Error | undefined,
  ) {
    super()
    this.#child = child
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause()
    })
    // Not when its output ends: the exit code, which tells whether that was a good end, comes later.
    child.once('close', (exitCode) => {
      const failure = failureOf(exitCode)
      if (failure === undefined) this.push(null)
      else this.destroy(failure)
    })
    // A program that is gone shows by its exit; the error of the pipe says nothing more.
    child.stdin.on('error', () => undefined)
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, done)
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill()
    done(error)
  }
}
