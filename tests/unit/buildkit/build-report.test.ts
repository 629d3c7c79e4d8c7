import { create } from '@bufbuild/protobuf'
import { expect, test } from 'bun:test'

import { buildFailureOf } from '../../../src/buildkit/build-failure-of.ts'
import { BuildSteps } from '../../../src/buildkit/build-steps.ts'
import { StatusResponseSchema } from '../../../src/buildkit/generated/control_pb.ts'
import { GrpcError, type GrpcErrorDetail } from '../../../src/buildkit/grpc-error.ts'
import { GrpcMetadata } from '../../../src/buildkit/grpc-metadata.ts'
import { solveRequest } from '../../../src/buildkit/solve-request.ts'
import type { BuildProgress } from '../../../src/runtime/image-builder.ts'

function recorded(): { steps: BuildSteps; progress: BuildProgress[] } {
  const progress: BuildProgress[] = []
  return { steps: new BuildSteps((event) => progress.push(event)), progress }
}

function logOf(vertex: string, text: string, stream = 1n): ReturnType<typeof statusOf> {
  return statusOf({ logs: [{ vertex, stream, msg: Buffer.from(text) }] })
}

function statusOf(fields: Parameters<typeof create<typeof StatusResponseSchema>>[1]) {
  return create(StatusResponseSchema, fields)
}

function detail(typeName: string, value: unknown): GrpcErrorDetail {
  const typeUrl = `github.com/moby/buildkit/${typeName}+json`
  return { typeUrl, value: Buffer.from(JSON.stringify(value)) }
}

test('a step is reported when something of it changed, with times in milliseconds', () => {
  const { steps, progress } = recorded()
  const vertex = { digest: 'a', name: '[1/2] RUN x' }
  const started = { seconds: 10n, nanos: 500_000_000 }
  steps.take(statusOf({ vertexes: [vertex] }))
  steps.take(statusOf({ vertexes: [vertex, { ...vertex, started }] }))
  const completed = { seconds: 11n, nanos: 0 }
  steps.take(statusOf({ vertexes: [{ ...vertex, started, completed, cached: true }] }))
  const step = { id: 'a', name: '[1/2] RUN x', isCached: false }
  expect(progress).toEqual([
    { kind: 'step', step },
    { kind: 'step', step: { ...step, startedMs: 10_500 } },
    { kind: 'step', step: { ...step, isCached: true, startedMs: 10_500, completedMs: 11_000 } },
  ])
})

test('output, parts and warnings are told apart by their step', () => {
  const { steps, progress } = recorded()
  steps.take(logOf('a', 'bad\n', 2n))
  steps.take(statusOf({ statuses: [{ ID: 'layer', vertex: 'b', current: 5n, total: 10n }] }))
  steps.take(statusOf({ warnings: [{ vertex: 'c', short: Buffer.from('careful') }] }))
  expect(progress).toEqual([
    { kind: 'log', stepId: 'a', stream: 'stderr', bytes: Buffer.from('bad\n') },
    { kind: 'part', stepId: 'b', name: 'layer', current: 5, total: 10, isDone: false },
    { kind: 'warning', stepId: 'c', text: 'careful' },
  ])
})

test('the last 20 lines of a step are kept, cut anywhere, out of any length', () => {
  const { steps } = recorded()
  for (let index = 0; index < 20_000; index++) {
    steps.take(logOf('a', `line `))
    steps.take(logOf('a', `${index}\r\n`))
  }
  steps.take(logOf('a', 'unfinished'))
  const lines = steps.lastLines('a')
  expect(lines).toHaveLength(20)
  expect(lines.at(0)).toBe('line 19981')
  expect(lines.slice(-2)).toEqual(['line 19999', 'unfinished'])
  expect(steps.lastLines('b')).toEqual([])
})

test('a failure names the step of the error, its lines, and the place in the Dockerfile', () => {
  const { steps } = recorded()
  steps.take(
    statusOf({
      vertexes: [
        { digest: 'a', name: '[a 2/2] RUN false', error: 'exit code: 1' },
        { digest: 'b', name: '[b 2/2] RUN sleep 9', error: 'context canceled' },
      ],
    }),
  )
  steps.take(logOf('a', 'one\ntwo\n'))
  const error = new GrpcError(
    2,
    'failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1',
    {
      details: [
        detail('stack.Stack', {}),
        detail('errdefs.Vertex', { digest: 'a' }),
        detail('errdefs.Source', {
          info: { filename: 'Dockerfile' },
          ranges: [{ start: { line: 3 }, end: { line: 5 } }],
        }),
      ],
    },
  )
  const failed = buildFailureOf(error, { steps, dockerfileName: 'docker/Dockerfile' })
  expect(failed.failure).toEqual({
    stepName: '[a 2/2] RUN false',
    lastLines: ['one', 'two'],
    position: { startLine: 3, endLine: 5 },
    reason: 'exit code: 1',
  })
  expect(failed.message).toBe(
    'the build of docker/Dockerfile:3 failed at step "[a 2/2] RUN false": exit code: 1',
  )
  expect(failed.fixes).toEqual(['edit docker/Dockerfile at line 3'])
})

test('without details, the step is the one with an error of its own, and the line is in the words', () => {
  const { steps } = recorded()
  const vertexes = [
    { digest: 'a', name: 'RUN false', error: 'exit code: 1' },
    { digest: 'b', name: 'RUN sleep 9', error: 'context canceled' },
  ]
  steps.take(statusOf({ vertexes }))
  const report = (message: string, details: GrpcErrorDetail[] = []) =>
    buildFailureOf(new GrpcError(2, message, { details }), { steps, dockerfileName: 'Dockerfile' })
      .failure
  expect(report('executor failed running [/bin/sh -c false]: exit code: 1')).toMatchObject({
    stepName: 'RUN false',
    reason: 'exit code: 1',
  })
  expect(report('dockerfile parse error on line 2: unknown instruction: FOO').position).toEqual({
    startLine: 2,
    endLine: 2,
  })
  const garbled = { typeUrl: 'errdefs.Source+json', value: Buffer.from('{') }
  expect(report('something', [garbled]).position).toBeUndefined()
})

test.each([
  [
    'failed to compute cache key: failed to calculate checksum of ref e92::u1v: "/x": not found',
    '"/x": not found',
  ],
  ['rpc error: code = Unknown desc = failed to solve: a\nb \x1b[31m', 'a b [31m'],
])('of %p the user reads %p', (message, reason) => {
  const error = new GrpcError(2, message)
  const { steps } = recorded()
  expect(buildFailureOf(error, { steps, dockerfileName: 'Dockerfile' }).failure.reason).toBe(reason)
})

test('a very long step is shown by its start', () => {
  const { steps } = recorded()
  const name = `RUN ${'x'.repeat(5_000)}`
  steps.take(statusOf({ vertexes: [{ digest: 'a', name, error: 'exit code: 1' }] }))
  const error = new GrpcError(2, 'exit code: 1')
  const failed = buildFailureOf(error, { steps, dockerfileName: 'Dockerfile' })
  expect(failed.failure.stepName).toBe(name)
  expect(failed.message.length).toBeLessThan(300)
})

test('values of metadata stay apart, and are decoded as newer and older BuildKits send them', () => {
  const latin1 = Buffer.from('ünï').toString('latin1')
  const raw = [':path', '/x', 'followpaths', 'a, b', 'followpaths', latin1, 'dir-name', 'context']
  const metadata = new GrpcMetadata(raw)
  expect(metadata.values('followpaths')).toEqual(['a, b', 'ünï'])
  expect(metadata.first('dir-name')).toBe('context')
  expect(metadata.values('missing')).toEqual([])
  const encoded = new GrpcMetadata(['p', '%C3%BCn+x', 'p', '100%', 'p-encoded', '1'])
  expect(encoded.values('p')).toEqual(['ün x', '100%'])
})

test('a build is asked for in the words of the Dockerfile frontend', () => {
  const cache = { type: 'registry', attributes: { ref: 'localhost:5000/cache' } }
  const request = solveRequest(
    {
      dockerfile: 'FROM a',
      buildArgs: { A: '1' },
      labels: { l: 'x' },
      target: 'final',
      platform: 'linux/arm64',
      noCache: true,
      cacheFrom: [cache],
      cacheTo: [cache],
      output: { exporter: 'moby', tag: 'a:b' },
    },
    { ref: 'r', session: 's' },
  )
  const entry = { Type: 'registry', Attrs: { ref: 'localhost:5000/cache' } }
  expect(request).toEqual({
    Ref: 'r',
    Session: 's',
    Frontend: 'dockerfile.v0',
    FrontendAttrs: {
      filename: 'Dockerfile',
      'build-arg:A': '1',
      'label:l': 'x',
      target: 'final',
      platform: 'linux/arm64',
      'no-cache': '',
      'cache-imports': JSON.stringify([entry]),
    },
    Cache: { Imports: [entry], Exports: [entry] },
    ExporterDeprecated: 'moby',
    ExporterAttrsDeprecated: { name: 'a:b' },
    Exporters: [{ Type: 'moby', Attrs: { name: 'a:b' } }],
  })
  const plain = solveRequest(
    { dockerfile: 'FROM a', output: { exporter: 'none' } },
    { ref: 'r', session: 's' },
  )
  expect(plain).toMatchObject({ FrontendAttrs: { filename: 'Dockerfile' }, Exporters: [] })
})
