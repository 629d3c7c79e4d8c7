import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { StreamName } from '../container-stream.ts'
import type { TerminalSize } from '../terminal-size.ts'
import { startOnTerminal } from '../../platform/terminal-process.ts'

/** A program that the supervising process started, with its input and output. */
export interface SupervisedProcess {
  readonly pid: number
  /** Exit code, once all output was handed over. */
  readonly exited: Promise<number>
  /** Resolves when the bytes were taken. */
  write(bytes: Uint8Array): Promise<void>
  endInput(): void
  resize(size: TerminalSize): void
}

/** Of a terminal that nobody has said the size of. */
export const DEFAULT_SIZE = { columns: 80, rows: 24 } as const

export type ProcessOptions = {
  command: readonly string[]
  env: Readonly<Record<string, string>>
  stdin: boolean
  /** Absent: pipes. */
  terminal?: TerminalSize
  /** Open descriptor that the program gets as number 3. */
  extra?: number
  /** Nothing more of this stream is read before it resolves; a terminal's output does not wait. */
  onOutput: (stream: StreamName, bytes: Uint8Array) => Promise<void>
}

export function startProcess(options: ProcessOptions): SupervisedProcess {
  return options.terminal === undefined
    ? startOnPipes(options)
    : onTerminal(options, options.terminal)
}

function onTerminal(options: ProcessOptions, size: TerminalSize): SupervisedProcess {
  const { command, env, extra, onOutput } = options
  const started = startOnTerminal({
    command,
    env: { ...env },
    cwd: '/',
    size,
    ...(extra === undefined ? {} : { extra }),
    onOutput: (bytes) => void onOutput('stdout', bytes),
  })
  return {
    pid: started.pid,
    exited: started.exited,
    write: async (bytes) => started.write(bytes),
    endInput: () => undefined,
    resize: (newSize) => started.resize(newSize),
  }
}

function startOnPipes({ command, env, stdin, extra, onOutput }: ProcessOptions): SupervisedProcess {
  const [program = '', ...parameters] = command
  const child = spawn(program, parameters, {
    cwd: '/',
    env: { ...env },
    stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(extra === undefined ? [] : [extra])],
  })
  const exit = exitOf(child)
  const drained = Promise.all([
    pump(child.stdout, (bytes) => onOutput('stdout', bytes)),
    pump(child.stderr, (bytes) => onOutput('stderr', bytes)),
  ])
  child.stdin?.on('error', () => undefined)
  return {
    pid: child.pid ?? -1,
    exited: exit.then(async (code) => {
      await drained
      return code
    }),
    write: (bytes) => writeTo(child.stdin, bytes),
    endInput: () => void child.stdin?.end(),
    resize: () => undefined,
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
}

async function pump(
  source: Readable | null,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  if (source === null) return
  const chunks: AsyncIterable<Uint8Array> = source
  for await (const bytes of chunks) await take(bytes)
}

/** Bytes for a process that reads no more are dropped, as a pipe without a reader does. */
function writeTo(stdin: Writable | null, bytes: Uint8Array): Promise<void> {
  if (stdin === null || !stdin.writable) return Promise.resolve()
  return new Promise((resolve) => {
    stdin.write(bytes, () => resolve())
  })
}
