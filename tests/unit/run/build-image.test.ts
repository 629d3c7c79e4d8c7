import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { buildImage } from '../../../src/run/build-image.ts'
import { BuildFailedError } from '../../../src/runtime/build-failed-error.ts'
import type { BuilderCandidate } from '../../../src/runtime/builder-candidate.ts'
import { BuildkitUnreachableError } from '../../../src/runtime/buildkit-unreachable-error.ts'
import type { ImageBuilder } from '../../../src/runtime/image-builder.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const build = {
  tag: 'agentops/run:0123456789abcdef',
  dockerfile: 'FROM busybox # cached\n',
  plainDockerfile: 'FROM busybox\n',
  buildArgs: {},
  labels: {},
  platform: 'linux/amd64',
}

const unreachable = new BuildkitUnreachableError('BuildKit closed the connection', {
  reason: 'broken',
  endpoint: 'the engine',
})
const failed = new BuildFailedError('Dockerfile', {
  stepName: '[2/2] RUN --mount=type=cache,target=/x false',
  lastLines: ['one', 'two'],
  reason: 'exit code: 1',
})

function candidate(name: string, work: ImageBuilder['build'], more = {}): BuilderCandidate {
  const usual = { hasCacheMounts: true, isElsewhere: false, isOptional: true }
  return { name, builder: { build: work }, ...usual, ...more }
}

/** Builds with these; returns what was told, and who got which Dockerfile. */
async function built(candidates: readonly BuilderCandidate[]): Promise<string[]> {
  using folder = temporaryFolder()
  const told: string[] = []
  await buildImage({
    build,
    homeId: 'home',
    runtime: new InMemoryRuntime(),
    findBuilders: async () => candidates,
    dockerfilePath: join(folder.path, 'Dockerfile'),
    progress: {
      notice: (line) => told.push(line),
      status: () => undefined,
      building: () => () => undefined,
      timed: (_step, work) => work(),
    },
    signal: new AbortController().signal,
  }).catch((error: unknown) => {
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { told })
  })
  return told
}

describe('a build', () => {
  test('goes to the next builder when the first is not there, with a Dockerfile that it can read', async () => {
    const asked: string[] = []
    const told = await built([
      candidate('BuildKit', async () => {
        throw unreachable
      }),
      candidate(
        'the classic builder',
        async ({ dockerfile }) => {
          asked.push(dockerfile)
          return {}
        },
        { hasCacheMounts: false, isOptional: false },
      ),
    ])
    expect(asked).toEqual([build.plainDockerfile])
    expect(told).toEqual(['BuildKit closed the connection; building with the classic builder'])
  })

  test('is not begun anew elsewhere once it has begun, nor where a builder was named', async () => {
    const second = candidate('second', async () => {
      throw new Error('asked')
    })
    const late = candidate('first', async (_request, { onProgress }) => {
      onProgress({ kind: 'warning', stepId: '1', text: '' })
      throw unreachable
    })
    expect(await rejectionOf(built([late, second]))).toBe(unreachable)
    const named = candidate(
      'named',
      async () => {
        throw unreachable
      },
      { isOptional: false },
    )
    expect(await rejectionOf(built([named, second]))).toBe(unreachable)
  })

  test('that fails is told with its step and its last lines, and fails once', async () => {
    const second = candidate('second', async () => {
      throw new Error('asked')
    })
    const first = candidate('first', async () => {
      throw failed
    })
    const error = await rejectionOf(built([first, second]))
    expect(error.message).toBe('the image could not be built at [2/2] RUN false: exit code: 1')
    expect(error).toMatchObject({ exitCode: 125, told: ['  | one', '  | two'] })
  })
})
