import type { CompletionHome } from './completion-home.ts'

/** How long a shell may take to start and to complete. */
const LIMIT_MS = 20_000

/** Key that the shells under test are told to answer with `<<their line>>`. */
const SHOW_LINE = '\u0014'

/**
 * The line that an interactive shell has once `keys` were typed at its prompt `ready> `, on a terminal. The shell has to
 * bind Ctrl-T to that.
 */
export async function typedLine(
  home: CompletionHome,
  shell: readonly string[],
  keys: string,
): Promise<string> {
  const shown = Promise.withResolvers<string>()
  let screen = ''
  let typed = false
  const child = Bun.spawn([...shell], {
    cwd: home.dir,
    env: home.env,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    terminal: {
      cols: 200,
      rows: 50,
      data: (terminal, bytes) => {
        screen += Buffer.from(bytes).toString()
        if (!typed && screen.includes('ready> ')) {
          typed = true
          terminal.write(`${keys}${SHOW_LINE}`)
        }
        const line = /<<(.*)>>/.exec(screen)?.[1]
        if (line !== undefined) shown.resolve(line)
      },
    },
  })
  void child.exited.then(() => shown.reject(new Error(`the shell ended: ${screen}`)))
  try {
    return await shown.promise
  } finally {
    child.kill('SIGKILL')
    await child.exited
    child.terminal?.close()
  }
}
