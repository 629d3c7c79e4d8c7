import type { Terminal } from '../platform/terminal.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'

export type FollowOptions = {
  terminal: Terminal
  resize: (size: TerminalSize) => Promise<void>
  /** What is on the screen inside was drawn for somebody else: have it drawn again. */
  redraw: boolean
}

/** Raw mode, and the terminal's size passed on now and after every change, until disposed. */
export function followTerminal({ terminal, resize, redraw }: FollowOptions): Disposable {
  const stack = new DisposableStack()
  stack.use(terminal.rawMode())
  // One request at a time: of two under way at once, the older could win.
  let sent = Promise.resolve()
  let isWaiting = false
  const pass = async (size: TerminalSize | undefined): Promise<void> => {
    // A process that has ended has no size; its end shows elsewhere.
    if (size !== undefined) await resize(size).catch(() => undefined)
  }
  const passNewest = (): void => {
    if (isWaiting) return
    isWaiting = true
    sent = sent.then(() => {
      isWaiting = false
      return pass(terminal.size())
    })
  }
  // A size that is no news makes no program draw; one that is wrong for a moment does.
  if (redraw) sent = pass(enlarged(terminal.size()))
  passNewest()
  stack.use(terminal.onResize(passNewest))
  return stack
}

function enlarged(size: TerminalSize | undefined): TerminalSize | undefined {
  return size && { columns: size.columns + 1, rows: size.rows + 1 }
}
