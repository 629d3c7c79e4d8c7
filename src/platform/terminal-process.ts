/** A program on a pseudo-terminal of its own, which it controls. */
export interface TerminalProcess {
  readonly pid: number
  /** Resolves with the exit code (128 + signal) once all output was handed over. */
  readonly exited: Promise<number>
  write(bytes: Uint8Array): void
  resize(size: { columns: number; rows: number }): void
}

/** What a dead program left in the terminal is read at once; after this long without a byte nothing is left. */
const QUIET_MS = 10

/** Starts a program on a new pseudo-terminal; `onOutput` gets everything that it shows. */
export function startOnTerminal(options: {
  command: readonly string[]
  env: Record<string, string>
  cwd: string
  size: { columns: number; rows: number }
  /** A descriptor the program gets as number 3. */
  extra?: number
  onOutput: (bytes: Uint8Array) => void
}): TerminalProcess {
  const { command, env, cwd, size, extra, onOutput } = options
  let isQuiet = false
  const terminal = new Bun.Terminal({
    cols: size.columns,
    rows: size.rows,
    data: (_terminal, bytes) => {
      isQuiet = false
      onOutput(bytes)
    },
  })
  const child = Bun.spawn([...command], {
    env,
    cwd,
    terminal,
    ...(extra === undefined ? {} : { stdio: ['inherit', 'inherit', 'inherit', extra] }),
  })
  return {
    pid: child.pid,
    exited: child.exited.then(async (code) => {
      // We hold the other end too, so the terminal never says that it has ended.
      while (!isQuiet) {
        isQuiet = true
        await Bun.sleep(QUIET_MS)
      }
      terminal.close()
      return code
    }),
    write: (bytes) => void terminal.write(bytes),
    resize: ({ columns, rows }) => terminal.resize(columns, rows),
  }
}
