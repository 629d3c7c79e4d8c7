import type { Output } from '../platform/output.ts'
import { onSignals } from '../platform/shutdown-signals.ts'
import type { Terminal } from '../platform/terminal.ts'
import type { ContainerStream } from '../runtime/container-stream.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'
import { DetachKeyFilter } from './detach-keys.ts'
import { followTerminal } from './follow-terminal.ts'
import { passOutput } from './pass-output.ts'

/** What the session asks of the process on the other side. */
export interface SessionTarget {
  resize(size: TerminalSize): Promise<void>
  /** First interrupt: end in good order. */
  stop(): Promise<void>
  /** Second interrupt: end now. */
  kill(): Promise<void>
}

export type SessionOptions = {
  stream: ContainerStream
  /** Settles when the process has ended; its output may have ended long before. Absent: that end is all there is. */
  exit?: Promise<unknown>
  target: SessionTarget
  terminal: Terminal
  output: Output
  /** Forward what is typed. With a TTY every key is passed on and the detach keys are watched for. */
  stdin: boolean
  tty: boolean
  detachKeys: Uint8Array
  /** It ran before we came: have what it shows drawn again. */
  redraw?: boolean
  /** Who tells of interrupts, where somebody listens for them already; absent: this process's own signals. */
  onInterrupt?: (handler: () => void) => Disposable
}

/** `interrupted`: it ended because the user asked for it (Ctrl-C, SIGTERM, SIGHUP). */
export type SessionEnd = { kind: 'ended'; interrupted: boolean } | { kind: 'detached' }

/**
 * Connects the user's terminal with a process until it ends or the user detaches. Whatever
 * the way out, the terminal is afterwards as it was.
 */
export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  using cleanup = new DisposableStack()
  const interrupts = { count: 0 }
  const onInterrupt = options.onInterrupt ?? onOwnSignals
  cleanup.use(
    onInterrupt(() => {
      interrupts.count += 1
      const end = interrupts.count === 1 ? options.target.stop() : options.target.kill()
      // A failure shows as output that does not end; the next interrupt tries harder.
      end.catch(() => undefined)
    }),
  )
  if (options.tty) {
    const { terminal, target, redraw = false } = options
    cleanup.use(followTerminal({ terminal, redraw, resize: (size) => target.resize(size) }))
  }
  const detached = options.stdin ? forwardInput(options, cleanup) : neverDetached()
  const ended = passOutput(options).then(() => 'ended' as const)
  const first = await Promise.race([ended, detached.then(() => 'detached' as const)])
  if (first === 'detached') return { kind: 'detached' }
  return { kind: 'ended', interrupted: interrupts.count > 0 }
}

function onOwnSignals(handler: () => void): Disposable {
  return onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], handler)
}

function neverDetached(): Promise<void> {
  return new Promise(() => undefined)
}

/** Resolves when the user typed the detach keys; end of input is passed on as a half close. */
function forwardInput(options: SessionOptions, cleanup: DisposableStack): Promise<void> {
  const { stream, terminal, tty } = options
  const { stdin } = terminal
  const filter = new DetachKeyFilter(options.detachKeys)
  const onEnd = (): void => {
    endInput(stream, filter.flush()).catch(() => undefined)
  }
  return new Promise((resolve) => {
    const onData = (bytes: Buffer): void => {
      const { pass, detach } = tty ? filter.push(bytes) : { pass: bytes, detach: false }
      stdin.pause()
      // A process that is gone takes nothing; its output's end ends the session.
      const taken =
        pass.length === 0 ? Promise.resolve() : stream.write(pass).catch(() => undefined)
      void taken.then(() => (detach ? resolve() : stdin.resume()))
    }
    stdin.on('data', onData)
    stdin.once('end', onEnd)
    stdin.resume()
    cleanup.defer(() => {
      stdin.off('data', onData)
      stdin.off('end', onEnd)
      stdin.pause()
    })
  })
}

async function endInput(stream: ContainerStream, held: Uint8Array): Promise<void> {
  if (held.length > 0) await stream.write(held)
  await stream.endInput()
}
