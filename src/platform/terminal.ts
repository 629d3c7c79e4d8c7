import type { Readable } from 'node:stream'
import { isatty, type ReadStream } from 'node:tty'
import { passOutputUnchanged } from './raw-output.ts'
import { onSignals } from './shutdown-signals.ts'

/** The user's terminal, or the pipes in its place. */
export interface Terminal {
  readonly stdinIsTty: boolean
  readonly stdoutIsTty: boolean
  readonly stderrIsTty: boolean
  readonly stdin: Readable
  /** Size of the terminal on stdout; undefined without one. */
  size(): { columns: number; rows: number } | undefined
  /** Hands every key over unprocessed until disposed, which restores what was. So does being stopped, until continued. */
  rawMode(): Disposable
  /** Calls back on every change of size until disposed. */
  onResize(listener: () => void): Disposable
}

export function systemTerminal(): Terminal {
  return {
    stdinIsTty: isatty(0),
    stdoutIsTty: isatty(1),
    stderrIsTty: isatty(2),
    // Making the streams takes milliseconds, and most commands need none of them.
    get stdin() {
      return process.stdin
    },
    size() {
      const { stdout } = process
      return stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : undefined
    },
    rawMode() {
      const { stdin } = process
      if (!stdin.isTTY) return { [Symbol.dispose]: () => undefined }
      return new RawMode(stdin)
    },
    onResize(listener) {
      const stack = new DisposableStack()
      stack.use(onSignals(['SIGWINCH'], listener))
      // A stopped process is told of no change, and the stream knows no size but what it was told.
      stack.use(onSignals(['SIGCONT'], () => void process.kill(process.pid, 'SIGWINCH')))
      return stack
    },
  }
}

/** Raw mode of a terminal; whoever has the terminal while this process is stopped gets it as it was. */
class RawMode implements Disposable {
  readonly #stdin: ReadStream
  readonly #undo = new DisposableStack()

  constructor(stdin: ReadStream) {
    this.#stdin = stdin
    this.#begin()
    this.#undo.defer(this.#restore)
    // A last resort for ways out that skip disposal, such as an uncaught error.
    process.on('exit', this.#restore)
    this.#undo.defer(() => void process.off('exit', this.#restore))
    this.#undo.use(onSignals(['SIGTSTP'], () => this.#suspend()))
    this.#undo.use(onSignals(['SIGCONT'], () => this.#resume()))
  }

  [Symbol.dispose](): void {
    this.#undo.dispose()
  }

  #begin(): void {
    this.#stdin.setRawMode(true)
    passOutputUnchanged(0)
  }

  readonly #restore = (): void => {
    this.#stdin.setRawMode(false)
  }

  #suspend(): void {
    this.#restore()
    // What SIGTSTP does to a process that does not listen.
    process.kill(process.pid, 'SIGSTOP')
  }

  /** After SIGSTOP, which nobody can catch, the stream takes the terminal for raw whatever it is now. */
  #resume(): void {
    this.#restore()
    this.#begin()
  }
}
