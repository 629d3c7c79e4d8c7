import { join } from 'node:path'

/** A service in a process of its own: one of the programs beside this folder, which first says its port. */
export class ServiceProcess implements AsyncDisposable {
  readonly port: number
  readonly process: Bun.Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #lines: AsyncIterator<string, undefined>

  private constructor(
    process: Bun.Subprocess<'pipe', 'pipe', 'inherit'>,
    port: number,
    lines: AsyncIterator<string, undefined>,
  ) {
    this.process = process
    this.port = port
    this.#lines = lines
  }

  static start(program: string, parameters: readonly string[] = []): Promise<ServiceProcess> {
    const path = join(import.meta.dir, '../programs', program)
    return ServiceProcess.run([process.execPath, path, ...parameters])
  }

  static async run(command: readonly string[]): Promise<ServiceProcess> {
    const child = Bun.spawn([...command], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    const lines = linesOf(child.stdout)
    const { value } = await lines.next()
    return new ServiceProcess(child, Number(value), lines)
  }

  /** Says a line to the program and returns the line it answers with. */
  async ask(line: string): Promise<string> {
    await this.process.stdin.write(`${line}\n`)
    await this.process.stdin.flush()
    const { value } = await this.#lines.next()
    if (value === undefined) throw new Error(`the program ended instead of answering ${line}`)
    return value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL')
    await this.process.exited
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  return undefined
}
