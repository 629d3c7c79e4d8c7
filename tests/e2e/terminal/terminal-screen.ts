import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { debianProgram } from '../../engine/debian-program.ts'
import { finished } from '../../support/finished.ts'
import { type AgentHome, until } from '../support/agent-home.ts'

/** What a shell in the terminal shows when it waits for a command. */
const PROMPT = 'host>'

/** Shells a user may have: one that leaves the terminal alone, and one that edits lines in it. */
const SHELLS = {
  sh: ['sh', '-i'],
  bash: ['bash', '--norc', '--noprofile', '-i'],
} as const

const tmux = await debianProgram('tmux', 'tmux', process.env)

/** A test that needs an engine and a real terminal. */
export function terminalTest(name: string, run: () => Promise<void>, timeoutMs = 60_000): void {
  if (tmux === undefined) skippedTest(name, 'tmux is not installed')
  else engineTest(name, run, timeoutMs)
}

/** A real terminal with a user's shell in it, in front of an `AgentHome`: keys go in, and what it shows comes out. */
export class TerminalScreen implements AsyncDisposable {
  readonly #home: AgentHome
  readonly #socket: string

  private constructor(home: AgentHome) {
    this.#home = home
    this.#socket = join(home.dir, 'tmux')
  }

  static async open(
    home: AgentHome,
    options: { columns?: number; rows?: number; shell?: keyof typeof SHELLS; cwd?: string } = {},
  ): Promise<TerminalScreen> {
    const screen = new TerminalScreen(home)
    const { columns = 100, rows = 30, shell = 'sh', cwd = home.dir } = options
    // A tmux of the test bed comes with libraries that are its own.
    const command = ['env', '-u', 'LD_LIBRARY_PATH', `PS1=${PROMPT} `, ...SHELLS[shell]]
    const size = ['-x', String(columns), '-y', String(rows)]
    await screen.#tmux(['-f', '/dev/null', 'new-session', '-d', '-c', cwd, ...size, ...command])
    await screen.prompt()
    return screen
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux(['send-keys', '-l', '--', text])
  }

  /** Presses keys by the names tmux has for them: `C-c`, `Enter`, `Escape`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux(['send-keys', ...keys])
  }

  async enter(line: string): Promise<void> {
    await this.type(line)
    await this.press('Enter')
  }

  /** Types a command line of `agent`; words are quoted for the shell. */
  async agent(words: readonly string[]): Promise<void> {
    await this.enter(['clear;', this.#home.binary, ...words.map(quoted)].join(' '))
  }

  /** What the terminal shows, without empty lines at the end; `colours` keeps the escape sequences of colours. */
  async text(options: { colours?: boolean } = {}): Promise<string> {
    const escapes = options.colours === true ? ['-e'] : []
    return (await this.#tmux(['capture-pane', '-p', ...escapes])).trimEnd()
  }

  /** Waits until the terminal shows this. */
  async shows(what: string | RegExp, limitMs = 15_000): Promise<void> {
    const found = async (): Promise<boolean> => {
      const text = await this.text()
      return typeof what === 'string' ? text.includes(what) : what.test(text)
    }
    await this.#until(`the terminal shows ${what}`, found, limitMs)
  }

  /** Waits until the user's shell waits for a command; it may begin where the program before left the cursor. */
  async prompt(limitMs = 20_000): Promise<void> {
    const prompts = async (): Promise<boolean> => {
      const row = Number(await this.#tmux(['display-message', '-p', '#{cursor_y}']))
      return (await this.text()).split('\n')[row]?.endsWith(PROMPT) === true
    }
    await this.#until('the shell prompts', prompts, limitMs)
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux(['resize-window', '-x', String(columns), '-y', String(rows)])
  }

  /** The terminal's modes as `stty -a` says them, without its size. */
  async modes(): Promise<string> {
    const device = (await this.#tmux(['display-message', '-p', '#{pane_tty}'])).trim()
    const child = Bun.spawn(['stty', '-a', '-F', device], { stdout: 'pipe' })
    const text = await new Response(child.stdout).text()
    return text.replace(/rows \d+; columns \d+; /, '')
  }

  /** Process id of the `agent` in front. */
  async agentPid(): Promise<number> {
    const shell = (await this.#tmux(['display-message', '-p', '#{pane_pid}'])).trim()
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim()
    const pids = children.split(' ').filter(Boolean).map(Number)
    const found = pids.find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(this.#home.binary),
    )
    if (found === undefined) throw new Error(`no agent among the shell's children: ${children}`)
    return found
  }

  /** Closes the window: whatever runs in it is hung up. */
  async close(): Promise<void> {
    await this.#tmux(['kill-server'])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => undefined)
  }

  async #until(what: string, condition: () => Promise<boolean>, limitMs: number): Promise<void> {
    try {
      await until(what, condition, limitMs)
    } catch (cause) {
      throw new Error(`${what}: not within ${limitMs} ms; it shows:\n${await this.text()}`, {
        cause,
      })
    }
  }

  async #tmux(parameters: readonly string[]): Promise<string> {
    const child = Bun.spawn([tmux ?? 'tmux', '-S', this.#socket, ...parameters], {
      env: { ...this.#home.env, TERM: 'xterm-256color' },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const { code, stdout, stderr } = await finished(child)
    if (code !== 0) throw new Error(`tmux ${parameters.join(' ')}: ${stderr}`)
    return stdout
  }
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
