import { expect, test } from 'bun:test'
import * as fc from 'fast-check'

import { pullFailure } from '../../../src/docker/pull-failure.ts'
import { decodePullStream } from '../../../src/docker/pull-stream.ts'
import { pullTargetOf } from '../../../src/docker/pull-target.ts'
import type { PullProgress } from '../../../src/runtime/image-store.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

async function decode(chunks: Uint8Array[]): Promise<PullProgress[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* chunks
  }
  return Array.fromAsync(decodePullStream(source(), 'busybox:latest'))
}

const recorded = [
  '{"status":"Pulling from library/golang","id":"1.22"}',
  '{"status":"Pulling fs layer","progressDetail":{},"id":"0e8d4b1a"}',
  '{"status":"Downloading","progressDetail":{"current":1024,"total":4096},"progress":"[=> ]","id":"0e8d4b1a"}',
  '{"status":"Extracting","progressDetail":{"current":1,"units":"s"},"id":"0e8d4b1a"}',
  '{"status":"Status: Downloaded newer image for golang:1.22"}',
].join('\r\n')

test('progress is the same however the bytes are cut', async () => {
  const expected: PullProgress[] = [
    { id: '1.22', status: 'Pulling from library/golang' },
    { id: '0e8d4b1a', status: 'Pulling fs layer' },
    { id: '0e8d4b1a', status: 'Downloading', current: 1024, total: 4096 },
    { id: '0e8d4b1a', status: 'Extracting', current: 1 },
    { id: 'busybox:latest', status: 'Status: Downloaded newer image for golang:1.22' },
  ]
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), async (size) => {
      const bytes = Buffer.from(recorded)
      const count = Math.ceil(bytes.length / size)
      const chunks = Array.from({ length: count }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      expect(await decode(chunks)).toEqual(expected)
    }),
  )
})

test('an error inside of a stream that began well is thrown', async () => {
  const text =
    '{"status":"Pulling fs layer","id":"a"}\n{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\n'
  expect((await rejectionOf(decode([Buffer.from(text)]))).message).toContain('unexpected EOF')
})

const digest = `sha256:${'ab'.repeat(32)}`

const references: [string, string, string, string][] = [
  ['busybox', 'docker.io', 'busybox', 'latest'],
  ['node:22-slim', 'docker.io', 'node', '22-slim'],
  ['moby/buildkit:v0.34.2', 'docker.io', 'moby/buildkit', 'v0.34.2'],
  ['ghcr.io/a/b', 'ghcr.io', 'ghcr.io/a/b', 'latest'],
  ['localhost:5000/x:1', 'localhost:5000', 'localhost:5000/x', '1'],
  ['localhost/x', 'localhost', 'localhost/x', 'latest'],
  ['docker.io/library/x:2', 'docker.io', 'docker.io/library/x', '2'],
  [`host:5000/x@${digest}`, 'host:5000', 'host:5000/x', digest],
  [`x:1@${digest}`, 'docker.io', 'x', digest],
]

for (const [reference, registry, name, version] of references) {
  test(`${reference} is at ${registry}`, () => {
    expect(pullTargetOf(reference)).toEqual({ registry, name, version })
  })
}

const reasons: [string, string][] = [
  [
    'manifest for busybox:nope not found: manifest unknown: manifest unknown',
    'there is no image r.example/x:1 at r.example',
  ],
  [
    "pull access denied for zzz, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'there is no image r.example/x:1 at r.example, or it is not for everybody',
  ],
  [
    'Head "http://r.example/v2/x/manifests/1": no basic auth credentials',
    'the registry r.example refused to give out the image r.example/x:1',
  ],
  [
    'Head "http://r.example/v2/x/manifests/1": unauthorized: authentication required',
    'the registry r.example refused to give out the image r.example/x:1',
  ],
  [
    'Get "https://r.example/v2/": dial tcp: lookup r.example on 127.0.0.53:53: no such host',
    'the engine cannot reach the registry r.example for the image r.example/x:1',
  ],
  [
    'Get "https://r.example/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
    'the engine cannot reach the registry r.example for the image r.example/x:1',
  ],
  [
    'toomanyrequests: You have reached your pull rate limit',
    'the registry r.example allows no more downloads for now (image r.example/x:1)',
  ],
  [
    'no matching manifest for linux/arm64 in the manifest list entries',
    "the image r.example/x:1 is not made for this machine's architecture",
  ],
  [
    'write /var/lib/docker/tmp/x: no space left on device',
    "the engine's disk is full, the image r.example/x:1 does not fit",
  ],
  ['invalid reference format', '"r.example/x:1" is not an image reference'],
  ['something new', 'the image r.example/x:1 could not be pulled: something new'],
]

for (const [reason, what] of reasons) {
  test(`a pull that failed with: ${reason.slice(0, 60)}`, () => {
    const cause = new Error(reason)
    const error = pullFailure({ reference: 'r.example/x:1', registry: 'r.example', reason, cause })
    expect(error.message).toBe(what)
    expect(error.fixes.length).toBeGreaterThan(0)
    expect(error.cause).toBe(cause)
  })
}

test('why a login is missing is said with the refusal', () => {
  const error = pullFailure({
    reference: 'x',
    registry: 'docker.io',
    reason: 'no basic auth credentials',
    loginProblem: 'the credential helper docker-credential-pass failed: locked',
    cause: undefined,
  })
  expect(error.message).toEndWith('(the credential helper docker-credential-pass failed: locked)')
  expect(error.fixes).toEqual(['docker login'])
})
