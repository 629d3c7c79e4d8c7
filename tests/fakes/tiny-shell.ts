import { setTimeout as delay } from 'node:timers/promises'

import type { StreamName } from '../../src/runtime/container-stream.ts'
import type { TerminalSize } from '../../src/runtime/terminal-size.ts'

/** What a process has of the world. */
export type ProcessSurroundings = {
  env: Readonly<Record<string, string>>
  workingDir: string
  hostname: string
  uid: string
  tty: boolean
  input: AsyncIterable<Uint8Array>
  write(stream: StreamName, bytes: Uint8Array): Promise<void>
  size(): TerminalSize
}

/** Thrown out of whatever runs when the process has to end with this code. */
class Exit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGTERM: 15,
}

/** True for a command that this machine of ours has at all. */
export function isKnownCommand(argv: readonly string[]): boolean {
  return ['sh', ...Object.keys(builtins)].includes(argv[0] ?? '')
}

/**
 * A process that understands a handful of commands as busybox has them: `sh -c` with `;` and `&`,
 * `trap`, `wait`, `exit`, `echo` (`"$NAME"`, `>&2`), `cat`, `sleep`, `true`, `false`, `pwd`,
 * `hostname`, `id -u`, `stty size`, `head -c N /dev/zero`. Other redirections are ignored.
 */
export class TinyProcess {
  readonly exitCode: Promise<number>
  readonly surroundings: ProcessSurroundings
  readonly traps = new Map<string, string>()
  readonly background: Promise<unknown>[] = []
  readonly #end: PromiseWithResolvers<never> = Promise.withResolvers()

  constructor(argv: readonly string[], surroundings: ProcessSurroundings) {
    this.surroundings = surroundings
    this.exitCode = this.#live(argv)
  }

  /** Delivers a signal: its trap runs, or it does what it does to a process that has none. */
  deliver(name: string): void {
    const trap = this.traps.get(name.replace(/^SIG/, ''))
    if (trap === '' && name !== 'SIGKILL') return
    if (trap === undefined || name === 'SIGKILL') {
      this.#end.reject(new Exit(128 + (signalNumbers[name] ?? 15)))
      return
    }
    this.script(trap).catch((error: unknown) => this.#end.reject(error))
  }

  /** Waits for something that a signal may end. */
  async interruptible<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#end.promise])
  }

  /** Runs commands separated by `;`; returns the last one's code. */
  async script(text: string): Promise<number> {
    let code = 0
    for (const part of splitScript(text)) {
      const work = (): Promise<number> => this.command(splitWords(part.text, this.surroundings.env))
      if (!part.isBackground) code = await work()
      else this.background.push(work().catch(() => undefined))
    }
    return code
  }

  async command(words: readonly string[]): Promise<number> {
    const [name = '', ...rest] = words
    if (name === '') return 0
    if (name === 'sh') return this.script(rest[1] ?? '')
    const builtin = builtins[name]
    if (builtin === undefined) {
      await this.say('stderr', `sh: ${name}: not found\n`)
      return 127
    }
    return builtin(this, rest)
  }

  async say(stream: StreamName, text: string): Promise<void> {
    const { tty } = this.surroundings
    const bytes = Buffer.from(tty ? text.replaceAll('\n', '\r\n') : text)
    await this.interruptible(this.surroundings.write(tty ? 'stdout' : stream, bytes))
  }

  async #live(argv: readonly string[]): Promise<number> {
    this.#end.promise.catch(() => undefined)
    // A process begins after whoever started it went on.
    await delay(0)
    try {
      return await this.interruptible(this.command(argv))
    } catch (error) {
      if (error instanceof Exit) return error.code
      throw error
    }
  }
}

/** Ctrl-D, with which a terminal ends a program's input. */
const endOfInput = 4

type Builtin = (process: TinyProcess, words: readonly string[]) => Promise<number>

const builtins: Readonly<Record<string, Builtin>> = {
  true: async () => 0,
  false: async () => 1,
  exit: async (_process, [code = '0']) => {
    throw new Exit(Number(code))
  },
  trap: async (process, [script = '', ...names]) => {
    for (const name of names) process.traps.set(name, script)
    return 0
  },
  wait: async (process) => {
    await process.interruptible(Promise.all(process.background))
    return 0
  },
  sleep: async (process, [seconds = '0']) => {
    await process.interruptible(delay(Number(seconds) * 1000, undefined, { ref: false }))
    return 0
  },
  echo: async (process, words) => {
    const isError = words.at(-1) === '>&2'
    const text = (isError ? words.slice(0, -1) : words).join(' ')
    await process.say(isError ? 'stderr' : 'stdout', `${text}\n`)
    return 0
  },
  cat: async (process) => {
    const copy = async (): Promise<void> => {
      const { surroundings } = process
      for await (const bytes of surroundings.input) {
        const end = surroundings.tty ? bytes.indexOf(endOfInput) : -1
        await surroundings.write('stdout', end < 0 ? bytes : bytes.subarray(0, end))
        if (end >= 0) return
      }
    }
    await process.interruptible(copy())
    return 0
  },
  head: async (process, [, count = '0']) => {
    for (let left = Number(count); left > 0;) {
      const bytes = new Uint8Array(Math.min(left, 16_384))
      await process.interruptible(process.surroundings.write('stdout', bytes))
      left -= bytes.length
    }
    return 0
  },
  pwd: async (process) => print(process, process.surroundings.workingDir),
  hostname: async (process) => print(process, process.surroundings.hostname),
  id: async (process) => print(process, process.surroundings.uid),
  stty: async (process) => {
    const { rows, columns } = process.surroundings.size()
    return print(process, `${rows} ${columns}`)
  },
}

async function print(process: TinyProcess, text: string): Promise<number> {
  await process.say('stdout', `${text}\n`)
  return 0
}

/** Commands end at `;` or `&` outside of quotes. */
function splitScript(script: string): { text: string; isBackground: boolean }[] {
  const parts = script.match(/(?:'[^']*'|>&2|[^;&'])+[;&]?/g) ?? []
  return parts.map((part) => ({
    text: part.replace(/[;&]$/, '').trim(),
    isBackground: part.endsWith('&'),
  }))
}

function splitWords(command: string, env: Readonly<Record<string, string>>): string[] {
  const words = command.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? []
  return words.map((word) => {
    if (word.startsWith("'")) return word.slice(1, -1)
    if (!word.startsWith('"')) return word
    return word.slice(1, -1).replaceAll(/\$(\w+)/g, (_, name: string) => env[name] ?? '')
  })
}
