import { expect, test } from 'bun:test'
import * as fc from 'fast-check'

import { pullFailure } from '../../../src/runtime/pull-failure.ts'
import { decodePullStream } from '../../../src/docker/pull-stream.ts'
import { pullTargetOf } from '../../../src/docker/pull-target.ts'
import { BuildFailedError } from '../../../src/runtime/build-failed-error.ts'
import type { FoundLogin, PullProgress } from '../../../src/runtime/image-store.ts'
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
    const error = pullFailure({ reference: 'r.example/x:1', reason }, { cause })
    expect(error.message).toBe(what)
    expect(error.fixes.length).toBeGreaterThan(0)
    expect(error.cause).toBe(cause)
  })
}

function words(found: FoundLogin, reason = 'no basic auth credentials'): string {
  return pullFailure({ reference: 'r.example/x', reason, found }, { cause: undefined }).message
}

test('what was found in the configuration is said with the refusal', () => {
  const source = '/home/me/.docker/config.json'
  const refused = 'the registry r.example refused to give out the image r.example/x'
  const login = { username: 'me', password: 'x', serveraddress: 'r.example' }
  expect(words({ source })).toBe(`${refused}, and ${source} has no login for it`)
  expect(words({ source, problem: 'the helper is locked' })).toBe(
    `${refused} (the helper is locked)`,
  )
  expect(words({ source, login }, '401 Unauthorized')).toBe(
    `the registry r.example refused the login in ${source} for the image r.example/x`,
  )
  expect(words({ source, login }, 'pull access denied')).toBe(
    `there is no image r.example/x at r.example, or it is not for the login in ${source}`,
  )
})

const steps: [string, string | undefined][] = [
  ['[internal] load metadata for docker.io/library/node:22-slim', 'node:22-slim'],
  ['[stage-1 internal] load metadata for docker.io/team/x:1', 'team/x:1'],
  ['resolve image config for docker-image://docker.io/docker/dockerfile:1', 'docker/dockerfile:1'],
  ['resolve image config for r.example/x:1', 'r.example/x:1'],
  ['FROM r.example/x:1', 'r.example/x:1'],
  ['[1/2] FROM --platform=linux/arm64 r.example/x:1 AS base', 'r.example/x:1'],
  ['[2/2] RUN echo FROM x', undefined],
  ['[internal] load build definition from Dockerfile', undefined],
]

for (const [stepName, image] of steps) {
  test(`an image that could not be pulled is told from a step that failed: ${stepName}`, () => {
    const failure = { stepName, reason: '401 Unauthorized', lastLines: [] }
    const error = new BuildFailedError('Dockerfile', failure)
    expect(error.image).toBe(image)
    expect(error.fixes[0]?.startsWith('docker login')).toBe(image !== undefined)
  })
}
