import { expect, test } from 'bun:test'
import { z } from 'zod'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type { EngineClient } from '../../../src/docker/engine-client.ts'
import { EngineError } from '../../../src/docker/engine-error.ts'
import { UnavailableError } from '../../../src/runtime/unavailable-error.ts'
import {
  afterGreeting,
  greeting,
  RawServer,
  response,
  type Connection,
} from '../../support/raw-server.ts'
import { changedEnvironment } from '../../support/changed-environment.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

const get = { method: 'GET', path: '/thing', deadlineMs: 5000 } as const
const post = { method: 'POST', path: '/thing', deadlineMs: 5000 } as const
const thing = z.object({ Name: z.string() })

async function clientOf(server: RawServer): Promise<EngineClient> {
  const { client } = await connectDocker({ endpoint: server.endpoint, env: {}, home: '/nowhere' })
  return client
}

async function failure(answer: (connection: Connection) => void): Promise<Error> {
  await using server = await RawServer.start(afterGreeting(answer))
  return await rejectionOf((await clientOf(server)).json(thing, { ...get, deadlineMs: 300 }))
}

function reasonOf(error: Error): string {
  return error instanceof UnavailableError ? error.reason : `not UnavailableError: ${error.message}`
}

test('the version is asked once and pinned in every path', async () => {
  await using server = await RawServer.start(({ socket, head }) => {
    socket.end(head.includes('_ping') ? greeting('1.56') : response(200, '{"Name":"x"}'))
  })
  const client = await clientOf(server)
  expect(await client.json(thing, get)).toEqual({ Name: 'x' })
  await client.call({ ...post, query: { a: 'b c', q: '?&=' }, body: { x: 1 } })
  expect(server.heads.map((head) => head.split('\r\n', 1)[0])).toEqual([
    'GET /_ping? HTTP/1.1',
    'GET /v1.51/thing? HTTP/1.1',
    'POST /v1.51/thing?a=b%20c&q=%3F%26%3D HTTP/1.1',
  ])
})

test('an engine that is too old, or none at all, is refused with what it said', async () => {
  for (const [api, words] of [
    ['1.40', 'speaks API 1.40, at least 1.41 is needed'],
    ['', 'is not a Docker engine'],
  ]) {
    await using server = await RawServer.start(({ socket }) => socket.end(greeting(api)))
    const error = await rejectionOf((await clientOf(server)).json(thing, get))
    expect(reasonOf(error)).toBe('incompatible')
    expect(error.message).toContain(words ?? '')
    expect(error.message).toContain(server.endpoint)
  }
})

test('so is what answers the first question with an error: some other HTTP server', async () => {
  await using server = await RawServer.start(({ socket }) => socket.end(response(404, 'not here')))
  const error = await rejectionOf((await clientOf(server)).greet())
  expect(reasonOf(error)).toBe('incompatible')
  expect(error.message).toContain('is not a Docker engine: it answered GET /_ping with 404')
})

test('nothing this process has in its environment counts', async () => {
  using _changed = changedEnvironment({
    DOCKER_HOST: 'tcp://[',
    DOCKER_CERT_PATH: '/nowhere',
    DOCKER_CLIENT_TIMEOUT: '1',
  })
  await using server = await RawServer.start(
    afterGreeting(({ socket }) => socket.end(response(204, ''))),
  )
  expect(await (await clientOf(server)).call(post)).toBe(204)
})

test("the engine's errors keep its words, whatever their form", async () => {
  const bodies: [string, string][] = [
    ['{"message":"no such thing"}', 'no such thing'],
    ['<html>bad gateway</html>', '<html>bad gateway</html>'],
    ['', 'no reason given'],
    ['null', 'null'],
  ]
  for (const [body, reason] of bodies) {
    const error = await failure(({ socket }) => socket.end(response(500, body)))
    expect(error).toBeInstanceOf(EngineError)
    expect(error.message).toBe(`GET /thing: 500 ${reason}`)
  }
})

test('an engine that is silent is given up at the deadline, which names it', async () => {
  const error = await failure(() => undefined)
  expect(reasonOf(error)).toBe('unanswered')
  expect(error.message).toContain('did not answer within 0.3 s')
})

test('the deadline also ends an answer that never ends', async () => {
  const error = await failure(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n')
    const timer = setInterval(() => socket.write(' '), 20)
    socket.once('close', () => clearInterval(timer))
  })
  expect(reasonOf(error)).toBe('unanswered')
})

const broken: [string, string][] = [
  ['a body shorter than announced', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"Name":"x"}'],
  ['a chunk that is cut', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"Name":'],
  [
    'a missing last chunk',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"Name":"x"}\r\n',
  ],
  ['no head at all', ''],
  ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['something that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['a wrong chunk size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n'],
]

for (const [name, bytes] of broken) {
  test(`${name} is a broken connection, not an answer`, async () => {
    const error = await failure(({ socket }) => socket.end(bytes))
    expect(reasonOf(error)).toBe('broken')
  })
}

test('JSON of another kind is an engine we cannot work with', async () => {
  for (const body of ['[]', '{"Name":7}', 'OK', '{"Name"']) {
    expect(reasonOf(await failure(({ socket }) => socket.end(response(200, body))))).toBe(
      'incompatible',
    )
  }
})

test("the caller's reason comes out when its signal fires, before, during and after", async () => {
  await using server = await RawServer.start(afterGreeting(() => undefined))
  const client = await clientOf(server)
  const reason = new Error('the user pressed Ctrl-C')
  expect(await rejectionOf(client.call({ ...post, signal: AbortSignal.abort(reason) }))).toBe(
    reason,
  )
  const controller = new AbortController()
  const call = rejectionOf(client.call({ ...post, signal: controller.signal }))
  setTimeout(() => controller.abort(reason), 50)
  expect(await call).toBe(reason)
})

test('an engine that was restarted gets new connections, for POST too', async () => {
  const answer = afterGreeting(({ socket }) => socket.end(response(204, '')))
  await using server = await RawServer.start(answer)
  const client = await clientOf(server)
  for (let round = 0; round < 3; round++) {
    expect(await client.call(post)).toBe(204)
    await server.close()
    await server.listen(answer)
  }
  expect(server.connections).toBe(4)
})

test('400 streams at once do not starve other calls', async () => {
  await using server = await RawServer.start(
    afterGreeting(({ socket, head }) => {
      if (head.startsWith('GET'))
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      else socket.end(response(204, ''))
    }),
  )
  const client = await clientOf(server)
  const streams = await Promise.all(Array.from({ length: 400 }, () => client.stream(get)))
  expect(await client.call(post)).toBe(204)
  for (const stream of streams) stream.close()
})
