import type { Duplex } from 'node:stream'

import type { BuildkitAddress } from '../../../src/buildkit/connect-buildkit.ts'
import {
  BuildkitBuilder,
  type BuildkitBuilderOptions,
} from '../../../src/buildkit/buildkit-builder.ts'
import type { TransferCount } from '../../../src/buildkit/send-context.ts'
import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type {
  BuildOutput,
  BuildProgress,
  BuildRequest,
  BuildStep,
  BuiltImage,
} from '../../../src/runtime/image-builder.ts'
import { testEngine, testLabels } from '../../engine/test-engine.ts'

/** What one build did. */
export type BuildRecord = {
  progress: BuildProgress[]
  /** All output of all steps. */
  output(): string
  /** The last state of each step, in the order they came up. */
  steps(): BuildStep[]
}

export type BuildBedOptions = Omit<BuildkitBuilderOptions, 'address'>

type BuildOptions = Omit<Partial<BuildRequest>, 'output'> & {
  output?: BuildOutput
  signal?: AbortSignal
  onProgress?: (progress: BuildProgress) => void
}

/** Builds with one BuildKit, and removes the images from the engine of the tests at the end. */
export class BuildBed implements AsyncDisposable {
  /** What was sent, by the folder's name, over all builds. */
  readonly sent = new Map<string, TransferCount>()
  readonly connections: Duplex[] = []
  readonly #builder: BuildkitBuilder
  readonly #isElsewhere: boolean
  readonly #tags: string[] = []

  private constructor(
    reached: BuildkitAddress,
    options: BuildBedOptions,
    { isElsewhere }: { isElsewhere: boolean },
  ) {
    this.#isElsewhere = isElsewhere
    this.#builder = new BuildkitBuilder({
      ...options,
      address: {
        name: reached.name,
        dial: async (signal) => {
          const connection = await reached.dial(signal)
          this.connections.push(connection)
          return connection
        },
      },
      onSent: (name, count) => {
        const known = this.sent.get(name) ?? { entries: 0, files: 0, bytes: 0 }
        this.sent.set(name, {
          entries: known.entries + count.entries,
          files: known.files + count.files,
          bytes: known.bytes + count.bytes,
        })
      },
    })
  }

  /** With the BuildKit in the engine of the tests. */
  static async open(options: BuildBedOptions = {}): Promise<BuildBed> {
    const engine = { endpoint: testEngine().dockerHost, env: {}, home: '/nonexistent' }
    const runtime = await connectDocker(engine)
    const dial = (signal: AbortSignal): Promise<Duplex> => runtime.dialBuildkit(signal)
    return new BuildBed({ name: 'the test engine', dial }, options, { isElsewhere: false })
  }

  /** With a BuildKit of its own; its images go into the engine of the tests as a user's would. */
  static elsewhere(address: BuildkitAddress, options: BuildBedOptions = {}): BuildBed {
    return new BuildBed(address, options, { isElsewhere: true })
  }

  /** The output that puts an image into the engine. */
  output(tag: string): BuildOutput {
    return this.#isElsewhere
      ? { exporter: 'docker', tag, receive: load }
      : { exporter: 'moby', tag }
  }

  /** The id that the engine has an image under which `output` put there. */
  idOf({ digest, configDigest }: BuiltImage): string | undefined {
    return this.#isElsewhere ? configDigest : digest
  }

  /** A tag of this test's own, removed at the end. */
  tag(): string {
    const tag = `agent-test/buildkit:${crypto.randomUUID().slice(0, 8)}`
    this.#tags.push(tag)
    return tag
  }

  async build(
    dockerfile: string,
    { signal = AbortSignal.timeout(60_000), onProgress, ...options }: BuildOptions = {},
  ): Promise<BuildRecord & BuiltImage> {
    const progress: BuildProgress[] = []
    const { labels = {}, output = { exporter: 'none' }, ...rest } = options
    const built = await this.#builder.build(
      { ...rest, dockerfile, output, labels: { ...testLabels(), ...labels } },
      {
        signal,
        onProgress: (event) => {
          progress.push(event)
          onProgress?.(event)
        },
      },
    )
    return { ...built, ...recordOf(progress) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.connections) connection.destroy()
    if (this.#tags.length > 0) await docker(['image', 'rm', '--force', ...this.#tags])
  }
}

/** What happened, as far as it went, in a build that may fail. */
export function recordOf(progress: BuildProgress[]): BuildRecord {
  return {
    progress,
    output: () =>
      progress
        .map((event) => (event.kind === 'log' ? Buffer.from(event.bytes).toString() : ''))
        .join(''),
    steps: () => {
      const steps = new Map<string, BuildStep>()
      for (const event of progress) if (event.kind === 'step') steps.set(event.step.id, event.step)
      return [...steps.values()]
    },
  }
}

/** The docker program on the engine of the tests; what it prints. */
export async function docker(words: readonly string[]): Promise<string> {
  const { dockerCli, dockerHost } = testEngine()
  const child = Bun.spawn([dockerCli, '--host', dockerHost, ...words], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  return new Response(child.stdout).text()
}

async function load(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const { dockerCli, dockerHost } = testEngine()
  const child = Bun.spawn([dockerCli, '--host', dockerHost, 'load', '--quiet'], {
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'inherit',
  })
  for await (const piece of pieces) {
    await child.stdin.write(piece)
    await child.stdin.flush()
  }
  await child.stdin.end()
  if ((await child.exited) !== 0) throw new Error('docker load failed')
}
