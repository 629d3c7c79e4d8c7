import { expect } from 'bun:test'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { BuildkitBuilder } from '../../../src/buildkit/buildkit-builder.ts'
import { connectDocker } from '../../../src/docker/connect-docker.ts'
import { BuildkitUnreachableError } from '../../../src/runtime/buildkit-unreachable-error.ts'
import type { BuildRequest } from '../../../src/runtime/image-builder.ts'
import { engineTest, testEngine } from '../../engine/test-engine.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

type Front = AsyncDisposable & { endpoint: string; requests: string[] }

/**
 * Stands before the engine of the tests like one that has no `POST /grpc` any more.
 * @param takesHttp2 HTTP/2 is led to the engine's BuildKit; otherwise there is none
 */
async function openFront(takesHttp2: boolean): Promise<Front> {
  const { dockerHost } = testEngine()
  const engine = await connectDocker({ endpoint: dockerHost, env: {}, home: '/nonexistent' })
  const folder = temporaryFolder()
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const serve = async (socket: Socket, first: Buffer): Promise<void> => {
    const line = first.toString('latin1').split('\r\n', 1)[0] ?? ''
    requests.push(line)
    if (/\/grpc\b/.test(line) || (line.startsWith('PRI') && !takesHttp2)) {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    const target = line.startsWith('PRI')
      ? await engine.dialBuildkit(AbortSignal.timeout(10_000))
      : connect(dockerHost.replace('unix://', ''))
    target.write(first)
    socket.once('close', () => target.destroy())
    await Promise.allSettled([pipeline(socket, target), pipeline(target, socket)])
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (first) => {
      socket.pause()
      void serve(socket, Buffer.from(first))
    })
  })
  const path = join(folder.path, 'engine.sock')
  const listening = Promise.withResolvers<void>()
  server.listen(path, listening.resolve)
  await listening.promise
  return {
    endpoint: `unix://${path}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      folder[Symbol.dispose]()
    },
  }
}

async function buildThrough(front: Front): Promise<string> {
  const runtime = await connectDocker({ endpoint: front.endpoint, env: {}, home: '/nonexistent' })
  const address = {
    name: front.endpoint,
    dial: (signal: AbortSignal) => runtime.dialBuildkit(signal),
  }
  const request: BuildRequest = {
    dockerfile: 'FROM busybox\nRUN echo by HTTP/2\n',
    noCache: true,
    output: { exporter: 'none' },
  }
  let output = ''
  await new BuildkitBuilder({ address }).build(request, {
    onProgress: (event) => {
      if (event.kind === 'log') output += Buffer.from(event.bytes).toString()
    },
    signal: AbortSignal.timeout(30_000),
  })
  return output
}

engineTest('an engine without POST /grpc builds over HTTP/2 on its own socket', async () => {
  await using front = await openFront(true)
  expect(await buildThrough(front)).toBe('by HTTP/2\n')
  expect(front.requests.at(-1)).toBe('PRI * HTTP/2.0')
})

engineTest('an engine without any BuildKit is told apart from one whose build failed', async () => {
  await using front = await openFront(false)
  const error = await rejectionOf(buildThrough(front))
  expect(error).toBeInstanceOf(BuildkitUnreachableError)
})
