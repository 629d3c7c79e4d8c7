import type { ExecSession, ExecSpec } from '../../src/runtime/container-runtime.ts'
import type { TerminalSize } from '../../src/runtime/terminal-size.ts'
import type { ContainerSpec } from '../../src/runtime/container-spec.ts'
import type {
  ContainerId,
  ContainerPhase,
  ContainerState,
  ExitStatus,
} from '../../src/runtime/container-state.ts'
import type {
  ContainerStream,
  LogChunk,
  LogOptions,
  OutputChunk,
  StreamName,
} from '../../src/runtime/container-stream.ts'
import { BytePipe } from './byte-pipe.ts'
import { TinyProcess } from './tiny-shell.ts'

type Line = { stream: StreamName; bytes: Uint8Array; timestamp: string }

/** One container of the in-memory runtime. */
export class InMemoryContainer {
  readonly id: ContainerId
  readonly spec: ContainerSpec
  readonly exited: PromiseWithResolvers<ExitStatus> = Promise.withResolvers()
  phase: ContainerPhase = 'created'
  error: string | undefined
  #exitCode: number | undefined
  #startedAtMs: number | undefined
  #finishedAtMs: number | undefined
  #size: TerminalSize = { columns: 80, rows: 24 }
  #process: TinyProcess | undefined
  #hostPorts: readonly number[] = []
  readonly #input = new BytePipe()
  readonly #log: Line[] = []
  readonly #attached = new Set<AttachedStream>()
  readonly #execs = new Set<TinyProcess>()
  #grown: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(id: ContainerId, spec: ContainerSpec) {
    this.id = id
    this.spec = spec
    if (spec.size !== undefined) this.#size = spec.size
    if (!spec.stdin) this.#input.end()
    this.exited.promise.catch(() => undefined)
  }

  state(): ContainerState {
    return {
      id: this.id,
      name: this.spec.name,
      image: this.spec.image,
      phase: this.phase,
      ...(this.#exitCode !== undefined && { exitCode: this.#exitCode }),
      ...(this.error !== undefined && { error: this.error }),
      outOfMemory: false,
      labels: this.spec.labels,
      ports: this.#publishedPorts(),
      ...(this.#startedAtMs !== undefined && { startedAtMs: this.#startedAtMs }),
      ...(this.#finishedAtMs !== undefined && { finishedAtMs: this.#finishedAtMs }),
    }
  }

  /** @param onExit called once the process has ended, before anybody who waits knows */
  start(options: {
    argv: readonly string[]
    hostPorts: readonly number[]
    onExit: () => void
  }): void {
    this.phase = 'running'
    this.#startedAtMs = Date.now()
    this.#hostPorts = options.hostPorts
    this.#process = this.#run(options.argv, this.spec, {
      input: this.#input,
      write: (stream, bytes) => this.#output(stream, bytes),
      size: () => this.#size,
    })
    void this.#process.exitCode.then((code) => {
      this.phase = 'exited'
      this.#exitCode = code
      this.#finishedAtMs = Date.now()
      for (const exec of this.#execs) exec.deliver('SIGKILL')
      this.#input.close()
      options.onExit()
      for (const stream of this.#attached) stream.finish()
      this.#changed()
      this.exited.resolve({ exitCode: code })
    })
  }

  deliver(signalName: string): void {
    if (this.phase === 'running') this.#process?.deliver(signalName)
  }

  resize(size: TerminalSize): void {
    this.#size = size
  }

  attach(options: { stdin: boolean }): ContainerStream {
    const stream = new AttachedStream(options.stdin ? this.#input : undefined, () => {
      this.#attached.delete(stream)
    })
    this.#attached.add(stream)
    return stream
  }

  exec(command: ExecSpec): ExecSession {
    const input = new BytePipe()
    if (!command.stdin) input.end()
    let size = command.size ?? { columns: 80, rows: 24 }
    const stream = new AttachedStream(input, () => undefined)
    const process = this.#run(command.command, command, {
      input,
      write: (name, bytes) => stream.deliver({ stream: name, bytes }),
      size: () => size,
    })
    this.#execs.add(process)
    void process.exitCode.then(() => {
      this.#execs.delete(process)
      stream.finish()
    })
    return {
      stream,
      resize: async (newSize) => {
        size = newSize
      },
      exitCode: () => process.exitCode,
    }
  }

  async *logs(options: LogOptions, signal?: AbortSignal): AsyncGenerator<LogChunk> {
    let next = options.tail === undefined ? 0 : Math.max(0, this.#log.length - options.tail)
    for (;;) {
      signal?.throwIfAborted()
      const line = this.#log[next]
      if (line !== undefined) {
        next += 1
        const { timestamp, ...chunk } = line
        if (options.since !== undefined && timestamp <= options.since) continue
        yield options.timestamps ? line : chunk
      } else if (!options.follow || this.phase !== 'running') return
      else await untilAborted(this.#grown.promise, signal)
    }
  }

  #run(
    argv: readonly string[],
    of: { env: Readonly<Record<string, string>>; workingDir?: string; user?: string; tty: boolean },
    io: {
      input: BytePipe
      write: (stream: StreamName, bytes: Uint8Array) => Promise<void>
      size: () => TerminalSize
    },
  ): TinyProcess {
    return new TinyProcess(argv, {
      env: { ...this.spec.env, ...of.env },
      workingDir: of.workingDir ?? this.spec.workingDir,
      hostname: this.spec.hostname,
      uid: (of.user ?? this.spec.user ?? '0').split(':', 1)[0] ?? '0',
      tty: of.tty,
      ...io,
    })
  }

  async #output(stream: StreamName, bytes: Uint8Array): Promise<void> {
    this.#log.push({ stream, bytes, timestamp: new Date().toISOString() })
    this.#changed()
    await Promise.all(Array.from(this.#attached, (attached) => attached.deliver({ stream, bytes })))
  }

  #publishedPorts(): ContainerState['ports'] {
    if (this.phase !== 'running') return []
    return this.spec.ports
      .map((containerPort, index) => ({
        containerPort,
        hostAddress: '127.0.0.1',
        hostPort: this.#hostPorts[index] ?? 0,
      }))
      .toSorted((a, b) => a.containerPort - b.containerPort)
  }

  #changed(): void {
    this.#grown.resolve()
    this.#grown = Promise.withResolvers()
  }
}

/** A connection to a process: its output demultiplexed by nature, its input if it has one. */
class AttachedStream implements ContainerStream {
  readonly output: AsyncIterable<OutputChunk>
  readonly #pipes = new BytePipe()
  readonly #names: StreamName[] = []
  readonly #input: BytePipe | undefined
  readonly #onClose: () => void

  constructor(input: BytePipe | undefined, onClose: () => void) {
    this.#input = input
    this.#onClose = onClose
    this.output = this.#read()
  }

  async deliver({ stream, bytes }: OutputChunk): Promise<void> {
    this.#names.push(stream)
    await this.#pipes.write(bytes)
  }

  finish(): void {
    this.#pipes.end()
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#input === undefined || this.#input.isEnded) throw new Error('nobody reads the input')
    await this.#input.write(bytes)
  }

  async endInput(): Promise<void> {
    this.#input?.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#onClose()
    this.#pipes.close()
  }

  async *#read(): AsyncGenerator<OutputChunk> {
    for await (const bytes of this.#pipes) yield { stream: this.#names.shift() ?? 'stdout', bytes }
  }
}

/** Resolves with the work, or rejects with the signal's reason. */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return work
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
