import { join } from 'node:path'

/** How long one line may be waited for before the test is given up. */
const LINE_LIMIT_MS = 30_000

/** A real process that runs one of `programs/`: lines in, lines out. Killed at the end of the block that uses it. */
export class Program implements AsyncDisposable {
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #lines: AsyncIterator<string>

  constructor(name: string, ...parameters: readonly string[]) {
    this.#child = Bun.spawn(
      [process.execPath, join(import.meta.dir, 'programs', `${name}.ts`), ...parameters],
      { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
    )
    this.#lines = linesOf(this.#child.stdout)
  }

  get pid(): number {
    return this.#child.pid
  }

  send(line: string): void {
    void this.#child.stdin.write(`${line}\n`)
    void this.#child.stdin.flush()
  }

  /** The next line; undefined after the last. */
  async line(): Promise<string | undefined> {
    const limit = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => limit.reject(new Error(`no line within ${LINE_LIMIT_MS} ms`)),
      LINE_LIMIT_MS,
    )
    try {
      const next = await Promise.race([this.#lines.next(), limit.promise])
      return next.done === true ? undefined : next.value
    } finally {
      clearTimeout(timer)
    }
  }

  /** All lines that are left, up to the end of the program. */
  async rest(): Promise<string[]> {
    const lines: string[] = []
    for (;;) {
      const line = await this.line()
      if (line === undefined) return lines
      lines.push(line)
    }
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
  }

  /** The exit code. */
  exited(): Promise<number> {
    return this.#child.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of stream) {
    pending += decoder.decode(chunk, { stream: true })
    const lines = pending.split('\n')
    pending = lines.pop() ?? ''
    yield* lines
  }
}
