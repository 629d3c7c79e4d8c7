import { expect, test } from 'bun:test'
import type { Duplex } from 'node:stream'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type { DockerRuntime } from '../../../src/docker/docker-runtime.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { ContainerUnavailableError } from '../../../src/runtime/container-unavailable-error.ts'
import type { ContainerStream } from '../../../src/runtime/container-stream.ts'
import { afterGreeting, RawServer, response, type Connection } from '../../support/raw-server.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

const id = containerId('0123456789abcdef')
const upgraded = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

async function runtimeOf(server: RawServer): Promise<DockerRuntime> {
  return connectDocker({ endpoint: server.endpoint, env: {}, home: '/nowhere' })
}

function frame(text: string, kind = 1): Buffer {
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, text.length])
  return Buffer.concat([header, Buffer.from(text)])
}

async function outputOf(stream: ContainerStream): Promise<string> {
  let text = ''
  for await (const { bytes } of stream.output) text += Buffer.from(bytes).toString()
  return text
}

async function attach(
  answer: (connection: Connection) => void,
): Promise<{ server: RawServer; stream: ContainerStream }> {
  const server = await RawServer.start(afterGreeting(answer))
  const stream = await (await runtimeOf(server)).attach(id, { stdin: true, tty: false })
  return { server, stream }
}

test('bytes that come together with the 101 are output', async () => {
  const { server, stream } = await attach(({ socket }) => {
    socket.end(Buffer.concat([Buffer.from(upgraded), frame('first '), frame('second')]))
  })
  await using _ = server
  expect(await outputOf(stream)).toBe('first second')
})

test('a 101 that comes byte by byte is one', async () => {
  const { server, stream } = await attach(({ socket }) => {
    const bytes = Array.from(Buffer.concat([Buffer.from(upgraded), frame('x')]))
    const timer = setInterval(() => {
      const byte = bytes.shift()
      if (byte !== undefined) socket.write(Buffer.from([byte]))
      else {
        clearInterval(timer)
        socket.end()
      }
    }, 1)
  })
  await using _ = server
  expect(await outputOf(stream)).toBe('x')
})

test('the request of an attach ends before the upgrade: nothing of it can become input', async () => {
  const seen = Promise.withResolvers<string>()
  const { server, stream } = await attach((connection) => {
    expect(connection.head).toContain('Content-Length: 0')
    expect(connection.head).not.toContain('Transfer-Encoding')
    connection.socket.write(upgraded)
    connection.socket.once('end', () => seen.resolve(connection.rest().toString()))
  })
  await using _ = server
  await stream.write(Buffer.from('typed'))
  await stream.endInput()
  expect(await seen.promise).toBe('typed')
})

test('after the end of the input the output goes on', async () => {
  const { server, stream } = await attach(({ socket }) => {
    socket.write(upgraded)
    socket.once('end', () => socket.end(frame('late')))
  })
  await using _ = server
  await stream.endInput()
  await stream.endInput()
  expect(await outputOf(stream)).toBe('late')
})

test('an end in the middle of a frame, or a wrong frame, is not the end of the output', async () => {
  for (const bytes of [frame('hello').subarray(0, 10), Buffer.from('plain text, no frames')]) {
    const { server, stream } = await attach(({ socket }) => {
      socket.write(upgraded)
      socket.end(bytes)
    })
    await using _ = server
    expect((await rejectionOf(outputOf(stream))).message).toContain('broke')
  }
})

test('writing to a connection that is gone rejects', async () => {
  const { server, stream } = await attach(({ socket }) => {
    socket.write(upgraded)
    setTimeout(() => socket.destroy(), 20)
  })
  await using _ = server
  await rejectionOf(outputOf(stream)).catch(() => undefined)
  await rejectionOf(
    (async () => {
      for (let attempt = 0; attempt < 100; attempt++) await stream.write(new Uint8Array(65_536))
    })(),
  )
})

test('a write waits until somebody takes the bytes', async () => {
  const held = Promise.withResolvers<Duplex>()
  const { server, stream } = await attach(({ socket }) => {
    socket.write(upgraded)
    socket.pause()
    held.resolve(socket)
  })
  await using _ = server
  const socket = await held.promise
  let taken = 0
  const writing = (async () => {
    for (; taken < 64; taken++) await stream.write(new Uint8Array(1024 * 1024))
  })()
  await Promise.race([writing, Bun.sleep(300)])
  expect(taken).toBeLessThan(8)
  socket.resume()
  await writing
})

test('an attach to what is not there says so', async () => {
  await using server = await RawServer.start(
    afterGreeting(({ socket }) => socket.end(response(404, '{"message":"No such container: x"}'))),
  )
  const runtime = await runtimeOf(server)
  const calls = [
    runtime.attach(id, { stdin: false, tty: false }),
    runtime.wait(id).ready,
    runtime.wait(id).exit,
    Array.fromAsync(runtime.logs(id, { follow: false, timestamps: false })),
    runtime.start(id),
    runtime.exec(id, { command: ['x'], env: {}, tty: false, stdin: false }),
  ]
  for (const error of await Promise.all(calls.map(rejectionOf))) {
    expect(error).toBeInstanceOf(ContainerUnavailableError)
  }
  expect(await runtime.inspect(id)).toBeUndefined()
  await runtime.stop(id, { graceMs: 0 })
  await runtime.kill(id, 'SIGTERM')
  await runtime.remove(id)
  await runtime.resize(id, { columns: 1, rows: 1 })
})

test('a stream outlives its deadline once the head is there, and ends with the signal', async () => {
  await using server = await RawServer.start(
    afterGreeting(({ socket }) => {
      socket.write(chunked)
      setTimeout(() => socket.write('3\r\nabc\r\n'), 200)
    }),
  )
  const { client } = await runtimeOf(server)
  const controller = new AbortController()
  const reason = new Error('enough')
  const stream = await client.stream({
    method: 'GET',
    path: '/x',
    deadlineMs: 100,
    signal: controller.signal,
  })
  const seen: string[] = []
  const reading = (async () => {
    for await (const chunk of stream.chunks) {
      seen.push(Buffer.from(chunk).toString())
      controller.abort(reason)
    }
  })()
  expect(await rejectionOf(reading)).toBe(reason)
  expect(seen).toEqual(['abc'])
})

test('events that end are a broken connection, wherever they end', async () => {
  for (const end of ['0\r\n\r\n', '', '5\r\n{"Act']) {
    await using server = await RawServer.start(
      afterGreeting(({ socket }) => {
        socket.write(chunked)
        socket.end(end)
      }),
    )
    const { ready, events } = (await runtimeOf(server)).events(
      { a: 'b' },
      new AbortController().signal,
    )
    await ready
    expect((await rejectionOf(Array.fromAsync(events))).message).toContain('broke')
  }
})

test('a wait that ends without an answer rejects', async () => {
  await using server = await RawServer.start(
    afterGreeting(({ socket, head }) => {
      if (!head.includes('/wait')) return
      socket.write(chunked)
      setTimeout(() => socket.end('0\r\n\r\n'), 50)
    }),
  )
  const { ready, exit } = (await runtimeOf(server)).wait(id)
  await ready
  expect((await rejectionOf(exit)).message).toContain('broke')
})

test('a pull that stops in the middle of its stream is an error', async () => {
  const line = '{"status":"Downloading","id":"a"}\n'
  await using server = await RawServer.start(
    afterGreeting(({ socket }) => {
      socket.write(`${chunked}${line.length.toString(16)}\r\n${line}\r\n`)
      setTimeout(() => socket.destroy(), 20)
    }),
  )
  const seen: string[] = []
  const { images } = await runtimeOf(server)
  const error = await rejectionOf(images.pull('busybox', ({ status }) => seen.push(status)))
  expect(error.message).toContain('broke')
  expect(seen).toEqual(['Downloading'])
})
