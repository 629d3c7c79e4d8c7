import { randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedRuntime } from '../../../src/embedded/embedded-runtime.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { openLibc } from '../../../src/platform/libc.ts'
import { systemProcessTable } from '../../../src/platform/process-identity.ts'
import type { ContainerSpec } from '../../../src/runtime/container-spec.ts'
import type { ContainerId } from '../../../src/runtime/container-state.ts'
import { plainSpec } from '../../contract/runtime/plain-spec.ts'

/** A runtime that keeps its containers in this folder. */
function embeddedRuntime(root: string): EmbeddedRuntime {
  const binary = process.env['AGENT_TEST_BINARY']
  const main = join(import.meta.dirname, '../../../src/main.ts')
  return new EmbeddedRuntime({
    root,
    selfCommand: binary === undefined ? [process.execPath, main] : [binary],
    host: { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 },
    libc: openLibc(),
    clock: systemClock,
    processes: systemProcessTable(),
  })
}

/** An embedded runtime on a state folder of its own, with a workspace; disposing removes all of it. */
export class EmbeddedBed implements AsyncDisposable {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'agent-embedded-')))
  readonly root = join(this.dir, 'containers')
  readonly runtime: EmbeddedRuntime

  constructor(root?: string) {
    this.runtime = embeddedRuntime(root ?? this.root)
  }

  spec(script: string, more: Partial<ContainerSpec> = {}): ContainerSpec {
    const name = `test-${randomBytes(4).toString('hex')}`
    return {
      ...plainSpec,
      name,
      hostname: 'box',
      image: 'host',
      command: ['sh', '-c', script],
      ...more,
    }
  }

  /** Starts a container that runs this script. */
  async start(script: string, more: Partial<ContainerSpec> = {}): Promise<ContainerId> {
    const id = await this.runtime.create(this.spec(script, more))
    await this.runtime.start(id)
    return id
  }

  /** Runs a script to its end: its output and exit code. */
  async run(
    script: string,
    more: Partial<ContainerSpec> = {},
  ): Promise<{ output: string; exitCode: number }> {
    const id = await this.runtime.create(this.spec(script, more))
    const { ready, exit } = this.runtime.wait(id)
    await ready
    await this.runtime.start(id)
    const { exitCode } = await exit
    return { output: await this.output(id), exitCode }
  }

  /** Waits until a running container has said these words. */
  async says(id: ContainerId, words: string): Promise<void> {
    let text = ''
    for await (const { bytes } of this.runtime.logs(id, { follow: true, timestamps: false })) {
      text += Buffer.from(bytes).toString()
      if (text.includes(words)) return
    }
    throw new Error(`it ended without saying ${words}: ${text}`)
  }

  async output(id: ContainerId): Promise<string> {
    const chunks: Uint8Array[] = []
    for await (const { bytes } of this.runtime.logs(id, { follow: false, timestamps: false }))
      chunks.push(bytes)
    return Buffer.concat(chunks).toString()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of await this.runtime.list({})) await this.runtime.remove(id)
    rmSync(this.dir, { recursive: true, force: true })
  }
}
