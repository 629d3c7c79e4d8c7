import { randomUUID } from 'node:crypto'

import type { ContainerRuntime } from '../../../src/runtime/container-runtime.ts'
import type { ContainerSpec } from '../../../src/runtime/container-spec.ts'
import type { ContainerId, ExitStatus } from '../../../src/runtime/container-state.ts'
import type { LogOptions, OutputChunk, StreamName } from '../../../src/runtime/container-stream.ts'
import { plainSpec } from './plain-spec.ts'

/** A case of the contract: what holds for every runtime. */
export type RuntimeCase = { name: string; run: (bench: RuntimeBench) => Promise<void> }

export type RunResult = ExitStatus & { stdout: string; stderr: string }

/** What a case works with: a runtime, and things that are removed when it is over. */
export class RuntimeBench implements AsyncDisposable {
  readonly runtime: ContainerRuntime
  /** Only this case's things carry these. */
  readonly labels: Readonly<Record<string, string>>
  /** For what a case must not see. */
  readonly otherLabels: Readonly<Record<string, string>>
  readonly #undo = new AsyncDisposableStack()

  constructor(runtime: ContainerRuntime, labels: Readonly<Record<string, string>>) {
    this.runtime = runtime
    this.otherLabels = labels
    this.labels = { ...labels, 'agentops.test-case': randomUUID() }
  }

  /** Work to be done when the case is over, in reverse order. */
  defer(undo: () => Promise<void>): void {
    this.#undo.defer(undo)
  }

  uniqueName(what: string): string {
    return `agent-test-${what}-${randomUUID().slice(0, 8)}`
  }

  spec(changes: Partial<ContainerSpec> = {}): ContainerSpec {
    return {
      ...plainSpec,
      name: this.uniqueName('case'),
      ...changes,
      labels: { ...this.labels, ...changes.labels },
    }
  }

  async create(changes: Partial<ContainerSpec> = {}): Promise<ContainerId> {
    const id = await this.runtime.create(this.spec(changes))
    this.defer(() => this.runtime.remove(id))
    return id
  }

  /** A container that runs until it is stopped. */
  async running(changes: Partial<ContainerSpec> = {}): Promise<ContainerId> {
    const id = await this.create({ command: ['sleep', '1000'], ...changes })
    await this.runtime.start(id)
    return id
  }

  /** As `agent run` does it: attach and wait, then start. */
  async run(command: readonly string[], changes: Partial<ContainerSpec> = {}): Promise<RunResult> {
    const id = await this.create({ ...changes, command })
    const { ready, exit } = this.runtime.wait(id)
    const tty = changes.tty ?? false
    await using stream = await this.runtime.attach(id, { stdin: false, tty })
    await ready
    await this.runtime.start(id)
    const [output, status] = await Promise.all([collect(stream.output), exit])
    return { ...status, ...output }
  }

  async script(text: string, changes: Partial<ContainerSpec> = {}): Promise<RunResult> {
    return this.run(['sh', '-c', text], changes)
  }

  /** Text of both streams as it is stored. */
  async logs(id: ContainerId, options: Partial<LogOptions> = {}): Promise<string> {
    const chunks = this.runtime.logs(id, { follow: false, timestamps: false, ...options })
    const { stdout, stderr } = await collect(chunks)
    return stdout + stderr
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync()
  }
}

export async function collect(
  chunks: AsyncIterable<OutputChunk>,
): Promise<Record<StreamName, string>> {
  const text = { stdout: '', stderr: '' }
  for await (const { stream, bytes } of chunks) text[stream] += Buffer.from(bytes).toString()
  return text
}

/** Reads until the output contains the text. */
export async function readUntil(chunks: AsyncIterator<OutputChunk>, text: string): Promise<string> {
  let seen = ''
  while (!seen.includes(text)) {
    const next = await chunks.next()
    if (next.done === true)
      throw new Error(`the output ended before ${JSON.stringify(text)}: ${seen}`)
    seen += Buffer.from(next.value.bytes).toString()
  }
  return seen
}
