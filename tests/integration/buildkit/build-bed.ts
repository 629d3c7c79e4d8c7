import type { Duplex } from 'node:stream'

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

type BuildOptions = Omit<Partial<BuildRequest>, 'output'> & {
  output?: BuildOutput
  signal?: AbortSignal
  onProgress?: (progress: BuildProgress) => void
}

/** Builds on the engine of the tests, and removes the images at the end. */
export class BuildBed implements AsyncDisposable {
  /** What was sent, by the folder's name, over all builds. */
  readonly sent = new Map<string, TransferCount>()
  readonly connections: Duplex[] = []
  readonly #builder: BuildkitBuilder
  readonly #tags: string[] = []

  private constructor(
    dial: (signal: AbortSignal) => Promise<Duplex>,
    options: Omit<BuildkitBuilderOptions, 'address'>,
  ) {
    this.#builder = new BuildkitBuilder({
      ...options,
      address: {
        name: 'the test engine',
        dial: async (signal) => {
          const connection = await dial(signal)
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

  static async open(options: Omit<BuildkitBuilderOptions, 'address'> = {}): Promise<BuildBed> {
    const engine = { endpoint: testEngine().dockerHost, env: {}, home: '/nonexistent' }
    const runtime = await connectDocker(engine)
    return new BuildBed((signal) => runtime.dialBuildkit(signal), options)
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
