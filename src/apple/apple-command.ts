import { type ChildProcess, spawn } from 'node:child_process'
import { errorCode } from '../lib/errors.ts'
import type { Environment } from '../platform/host.ts'
import { UnavailableError } from '../runtime/unavailable-error.ts'

/** What `container` answered. */
export type CommandAnswer = { exitCode: number; stdout: string; stderr: string }

export type CommandOptions = {
  signal?: AbortSignal | undefined
  /** Then it is killed, and the call rejects. */
  limitMs?: number
  /** On top of what the program is always given. */
  env?: Readonly<Record<string, string>>
  /** Gets what is written to stdout and stderr as it comes. */
  onOutput?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void
}

/** Far more than any call takes that does not wait for somebody; a first start boots a virtual machine. */
const LIMIT_MS = 60_000

/** What the program needs of ours: where it is, and where its files are. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR']

/** What the program says when the services behind it do not run. */
const NOT_RUNNING = /container system start|XPC connection error/

/** Apple's `container` program: one process for each call. */
export class AppleCommand {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  readonly #endpoint: string

  constructor(options: { program: string; env: Environment; endpoint: string }) {
    this.program = options.program
    this.#endpoint = options.endpoint
    this.env = Object.fromEntries(
      PASSED_ON.flatMap((name) => {
        const value = options.env[name]
        return value === undefined ? [] : [[name, value]]
      }),
    )
  }

  /** Runs it to its end, whatever its exit code; throws `UnavailableError` when it is not there or nothing answers it. */
  async run(words: readonly string[], options: CommandOptions = {}): Promise<CommandAnswer> {
    options.signal?.throwIfAborted()
    const child = spawn(this.program, [...words], {
      env: { ...this.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const limit = options.limitMs ?? LIMIT_MS
    const answer = await this.#answerOf(child, words, { ...options, limitMs: limit })
    if (answer.exitCode !== 0 && NOT_RUNNING.test(answer.stderr)) throw this.notRunning()
    return answer
  }

  /** As `run`; an exit code that is not 0 is an error with what the program said. */
  async done(words: readonly string[], options: CommandOptions = {}): Promise<CommandAnswer> {
    const answer = await this.run(words, options)
    if (answer.exitCode === 0) return answer
    throw new Error(`container ${words.slice(0, 2).join(' ')}: ${complaintOf(answer)}`)
  }

  notRunning(): UnavailableError {
    return new UnavailableError("the services of Apple's container do not run", {
      reason: 'refused',
      endpoint: this.#endpoint,
      fix: 'container system start',
    })
  }

  #answerOf(
    child: ChildProcess,
    words: readonly string[],
    { signal, limitMs, onOutput }: CommandOptions & { limitMs: number },
  ): Promise<CommandAnswer> {
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.on('data', (bytes: Buffer) => {
        output[stream] += bytes.toString()
        onOutput?.(stream, bytes)
      })
    return new Promise((resolve, reject) => {
      const stop = (reason: unknown): void => {
        child.kill('SIGKILL')
        reject(reason)
      }
      const limit = setTimeout(() => stop(this.#unanswered(words, limitMs)), limitMs)
      const onAbort = (): void => stop(signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      const settle = (): void => {
        clearTimeout(limit)
        signal?.removeEventListener('abort', onAbort)
      }
      child.once('error', (cause) => {
        settle()
        reject(errorCode(cause) === 'ENOENT' ? this.#absent(cause) : cause)
      })
      child.once('close', (code) => {
        settle()
        resolve({ exitCode: code ?? 137, ...output })
      })
    })
  }

  #absent(cause: unknown): UnavailableError {
    return new UnavailableError(`Apple's container is not installed: no program ${this.program}`, {
      reason: 'absent',
      endpoint: this.#endpoint,
      fix: 'install it from https://github.com/apple/container/releases',
      cause,
    })
  }

  #unanswered(words: readonly string[], limitMs: number): UnavailableError {
    const call = words.slice(0, 2).join(' ')
    return new UnavailableError(`container ${call} did not answer within ${limitMs / 1000} s`, {
      reason: 'unanswered',
      endpoint: this.#endpoint,
      fix: 'container system stop && container system start',
    })
  }
}

/** What the program complained about, without its `Error: `. */
export function complaintOf({ stderr, exitCode }: CommandAnswer): string {
  const text = stderr.trim().replace(/^Error: /, '')
  return text === '' ? `exit code ${exitCode} without a word` : text
}
