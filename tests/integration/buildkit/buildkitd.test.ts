import { expect, test } from 'bun:test'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { BuildkitBuilder } from '../../../src/buildkit/buildkit-builder.ts'
import { buildkitHost } from '../../../src/buildkit/buildkit-host.ts'
import { BuildFailedError } from '../../../src/runtime/build-failed-error.ts'
import { BuildkitUnreachableError } from '../../../src/runtime/buildkit-unreachable-error.ts'
import type { BuildRequest } from '../../../src/runtime/image-builder.ts'
import { engineTest, skippedTest, testLabels } from '../../engine/test-engine.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { BuildBed, docker } from './build-bed.ts'
import { Buildkitd, buildkitdObstacle } from './buildkitd.ts'

const obstacle = buildkitdObstacle()

/** Needs a buildkitd as well as an engine. */
function buildkitdTest(name: string, run: (bed: BuildBed) => Promise<void>): void {
  if (obstacle === undefined) {
    engineTest(
      name,
      async () => {
        await using bed = await BuildBed.open()
        await run(bed)
      },
      120_000,
    )
  } else skippedTest(name, obstacle)
}

/** A root file system to build on without any registry, made by the engine. */
async function exportBase(bed: BuildBed, folder: string): Promise<void> {
  await bed.build('FROM busybox\n', {
    output: {
      exporter: 'tar',
      receive: (pieces) => pipeline(pieces, createWriteStream(join(folder, 'base.tar'))),
    },
  })
}

buildkitdTest(
  'a standalone BuildKit builds over a Unix socket and over TLS, for docker load',
  async (bed) => {
    await using buildkitd = await Buildkitd.start()
    using context = temporaryFolder()
    await exportBase(bed, context.path)
    const addresses = [
      buildkitHost(buildkitd.unixAddress),
      buildkitHost(buildkitd.tcpAddress, buildkitd.folder),
    ]
    for (const address of addresses) {
      const tag = bed.tag()
      const archive = join(context.path, '..', `${crypto.randomUUID()}.tar`)
      await using _gone = { [Symbol.asyncDispose]: () => Bun.file(archive).delete() }
      const output: string[] = []
      const request: BuildRequest = {
        dockerfile:
          'FROM scratch\nADD base.tar /\nRUN --mount=type=secret,id=s cat /run/secrets/s\n',
        contextDir: context.path,
        labels: testLabels(),
        secrets: { s: 'from a secret' },
        noCache: true,
        cacheTo: [{ type: 'inline', attributes: {} }],
        output: {
          exporter: 'docker',
          tag,
          receive: (pieces) => pipeline(pieces, createWriteStream(archive)),
        },
      }
      const built = await new BuildkitBuilder({ address }).build(request, {
        onProgress: (event) => {
          if (event.kind === 'log') output.push(Buffer.from(event.bytes).toString())
        },
        signal: AbortSignal.timeout(60_000),
      })
      expect(output.join('')).toBe('from a secret')
      await docker(['load', '--quiet', '--input', archive])
      const id = await docker(['image', 'inspect', '--format', '{{.Id}}', tag])
      expect(id.trim()).toBe(built.configDigest ?? '')
    }
  },
)

buildkitdTest(
  'a standalone BuildKit that fails or is cancelled says so like the engine',
  async (bed) => {
    await using buildkitd = await Buildkitd.start()
    using context = temporaryFolder()
    await exportBase(bed, context.path)
    const builder = new BuildkitBuilder({ address: buildkitHost(buildkitd.unixAddress) })
    const request = (command: string): BuildRequest => ({
      dockerfile: `FROM scratch\nADD base.tar /\nRUN ${command}\n`,
      contextDir: context.path,
      output: { exporter: 'none' },
    })
    const signal = AbortSignal.timeout(60_000)
    const failure = await rejectionOf(
      builder.build(request('echo last words; exit 9'), { onProgress: () => undefined, signal }),
    )
    expect(failure).toBeInstanceOf(BuildFailedError)
    expect(failure).toMatchObject({
      failure: { reason: 'exit code: 9', lastLines: ['last words'], position: { startLine: 3 } },
    })
    const abort = new AbortController()
    const reason = new Error('enough')
    let abortedMs = 0
    const cancelled = builder.build(request('echo running; sleep 1000'), {
      onProgress: (event) => {
        if (event.kind !== 'log') return
        abortedMs = performance.now()
        abort.abort(reason)
      },
      signal: AbortSignal.any([abort.signal, signal]),
    })
    expect(await rejectionOf(cancelled)).toBe(reason)
    expect(performance.now() - abortedMs).toBeLessThan(1_000)
  },
)

async function unreachable(address: string): Promise<BuildkitUnreachableError> {
  const builder = new BuildkitBuilder({ address: buildkitHost(address) })
  const request: BuildRequest = { dockerfile: 'FROM scratch', output: { exporter: 'none' } }
  const options = { onProgress: () => undefined, signal: AbortSignal.timeout(10_000) }
  const error = await rejectionOf(builder.build(request, options))
  if (error instanceof BuildkitUnreachableError) return error
  throw error
}

test('what answers at BUILDKIT_HOST, or does not, is told apart', async () => {
  using folder = temporaryFolder()
  const stranger = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const listening = Promise.withResolvers<void>()
  stranger.listen(join(folder.path, 'stranger'), listening.resolve)
  await listening.promise
  expect(await unreachable(`unix://${folder.path}/nothing`)).toMatchObject({
    reason: 'absent',
    message: `BuildKit at unix://${folder.path}/nothing is not there`,
    fixes: ['start that BuildKit, or unset BUILDKIT_HOST'],
  })
  expect(await unreachable('tcp://127.0.0.1:1')).toMatchObject({ reason: 'refused' })
  const { reason } = await unreachable(`unix://${folder.path}/stranger`)
  expect(['broken', 'incompatible']).toContain(reason)
  stranger.close()
})
