import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'

/** The user's terminal, or the pipes in its place. */
export interface Terminal {
  readonly stdinIsTty: boolean
  readonly stdoutIsTty: boolean
  readonly stderrIsTty: boolean
  readonly stdin: Readable
  /** Size of the terminal on stdout; undefined without one. */
  size(): { columns: number; rows: number } | undefined
  /** Hands every key over unprocessed until disposed; disposing restores what was. */
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
      stdin.setRawMode(true)
      const restore = (): void => {
        stdin.setRawMode(false)
      }
      // A last resort for ways out that skip disposal, such as an uncaught error.
      process.on('exit', restore)
      return {
        [Symbol.dispose]() {
          process.off('exit', restore)
          restore()
        },
      }
    },
    onResize(listener) {
      process.on('SIGWINCH', listener)
      return { [Symbol.dispose]: () => process.off('SIGWINCH', listener) }
    },
  }
}
