import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { connect, createServer, type Socket } from 'node:net'

import { GrpcConnection } from '../../../src/buildkit/grpc-connection.ts'
import { grpcCode, GrpcError } from '../../../src/buildkit/grpc-error.ts'
import { frameMessage } from '../../../src/buildkit/grpc-frame.ts'
import { serveGrpc, type GrpcHandler } from '../../../src/buildkit/serve-grpc.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

const patience = AbortSignal.timeout(30_000)

type Pair = Disposable & { connection: GrpcConnection; serverSide: Socket }

/** A client on one end of a TCP connection; `serve` gets the other end. */
async function connectTo(serve: (socket: Socket) => void): Promise<Pair> {
  const accepted = Promise.withResolvers<Socket>()
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    serve(socket)
    accepted.resolve(socket)
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const connection = new GrpcConnection(connect(address.port, '127.0.0.1'))
  const serverSide = await accepted.promise
  return {
    connection,
    serverSide,
    [Symbol.dispose]: () => {
      connection[Symbol.dispose]()
      serverSide.destroy()
      server.close()
    },
  }
}

function connectToHandlers(handlers: Record<string, GrpcHandler>): Promise<Pair> {
  return connectTo((socket) => serveGrpc(socket, new Map(Object.entries(handlers))))
}

/** A peer that answers HTTP/2, but not as gRPC wants it. */
function connectToStreams(onStream: (stream: ServerHttp2Stream) => void): Promise<Pair> {
  const server = createHttp2Server()
  server.on('session', (session) => {
    session.on('stream', (stream) => {
      stream.on('error', () => undefined)
      onStream(stream)
    })
  })
  return connectTo((socket) => server.emit('connection', socket))
}

const echo: GrpcHandler = async (call) => {
  for (;;) {
    const message = await call.messages.next()
    if (message === undefined) return
    await call.send(message)
  }
}

test('an answer is what the handler sent, at any size', async () => {
  using pair = await connectToHandlers({ '/x.X/Echo': echo })
  for (const length of [0, 1, 16_384, 5_000_000]) {
    const message = randomBytes(length)
    const answer = await pair.connection.unary('/x.X/Echo', message, patience)
    expect(answer.equals(message)).toBe(true)
  }
})

test('a hundred calls at a time each get their own answer', async () => {
  using pair = await connectToHandlers({ '/x.X/Echo': echo })
  const calls = Array.from({ length: 100 }, async (_, index) => {
    const message = Buffer.from(`message ${index}`)
    const answer = await pair.connection.unary('/x.X/Echo', message, patience)
    expect(answer.toString()).toBe(`message ${index}`)
  })
  await Promise.all(calls)
})

test('the error of a handler is the error of the call', async () => {
  const handlers: Record<string, GrpcHandler> = {
    '/x.X/NotFound': async () => {
      throw new GrpcError(grpcCode.notFound, 'no such thing: ä 100 %')
    },
    '/x.X/Broken': async () => {
      throw new Error('two\nlines')
    },
  }
  using pair = await connectToHandlers(handlers)
  const call = (method: string): Promise<Error> =>
    rejectionOf(pair.connection.unary(method, Buffer.alloc(0), patience))
  expect(await call('/x.X/NotFound')).toMatchObject({ code: 5, message: 'no such thing: ä 100 %' })
  expect(await call('/x.X/Broken')).toMatchObject({ code: 2, message: 'two\nlines' })
  expect(await call('/x.X/Unknown')).toMatchObject({ code: 12 })
})

test('an answer in several parts can be read slowly, and left before its end', async () => {
  using pair = await connectToHandlers({
    '/x.X/Many': async (call) => {
      for (let index = 0; index < 1_000; index++) await call.send(Buffer.alloc(10_000, index))
    },
    '/x.X/Echo': echo,
  })
  const call = pair.connection.serverStream('/x.X/Many', Buffer.alloc(0), patience)
  for (let index = 0; index < 10; index++) expect((await call.next())?.[0]).toBe(index)
  call.cancel()
  const answer = await pair.connection.unary('/x.X/Echo', Buffer.from('still here'), patience)
  expect(answer.toString()).toBe('still here')
})

test('an aborted call rejects with the reason, and the handler sees its end', async () => {
  const ended = Promise.withResolvers<unknown>()
  const started = Promise.withResolvers<void>()
  using pair = await connectToHandlers({
    '/x.X/Wait': async (call) => {
      await call.messages.next()
      started.resolve()
      // The client's half is closed already, so the end shows in the answers.
      const failure = (async () => {
        for (;;) await call.send(Buffer.alloc(100_000))
      })()
      ended.resolve(await rejectionOf(failure))
    },
  })
  const abort = new AbortController()
  const call = pair.connection.unary('/x.X/Wait', Buffer.alloc(1), abort.signal)
  call.catch(() => undefined)
  await started.promise
  const reason = new Error('changed our mind')
  abort.abort(reason)
  expect(await rejectionOf(call)).toBe(reason)
  expect(await ended.promise).toMatchObject({ code: grpcCode.unavailable })
  const late = pair.connection.unary('/x.X/Wait', Buffer.alloc(1), abort.signal)
  expect(await rejectionOf(late)).toBe(reason)
})

test('a connection that is cut ends every call as unavailable, and refuses further ones', async () => {
  const started = Promise.withResolvers<void>()
  const handlerEnd = Promise.withResolvers<void>()
  using pair = await connectToHandlers({
    '/x.X/Wait': async ({ messages }) => {
      await messages.next()
      started.resolve()
      await messages.next()
      handlerEnd.resolve()
      await Promise.withResolvers<void>().promise
    },
  })
  const unary = rejectionOf(pair.connection.unary('/x.X/Wait', Buffer.alloc(1), patience))
  await started.promise
  await handlerEnd.promise
  pair.serverSide.destroy()
  expect(await unary).toMatchObject({ code: grpcCode.unavailable })
  const next = rejectionOf(
    (async () => pair.connection.unary('/x.X/Wait', Buffer.alloc(1), patience))(),
  )
  expect(await next).toMatchObject({ code: grpcCode.unavailable })
})

test.each([
  [
    'no status',
    (stream: ServerHttp2Stream) => stream.respond({ ':status': 200 }, { endStream: true }),
  ],
  ['a reset', (stream: ServerHttp2Stream) => stream.close(2)],
])('a peer that answers %s is unavailable', async (_, onStream) => {
  using pair = await connectToStreams(onStream)
  const failure = await rejectionOf(pair.connection.unary('/x.X/Any', Buffer.alloc(1), patience))
  expect(failure).toMatchObject({ code: grpcCode.unavailable })
})

test('a peer that speaks HTTP/1 is unavailable', async () => {
  using pair = await connectTo((socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
  })
  const failure = await rejectionOf(pair.connection.unary('/x.X/Any', Buffer.alloc(1), patience))
  expect(failure).toMatchObject({ code: grpcCode.unavailable })
})

test('a call that fails at once has its status in its only headers', async () => {
  using pair = await connectToStreams((stream) =>
    stream.respond(
      { ':status': 200, 'grpc-status': '7', 'grpc-message': 'not%20you' },
      { endStream: true },
    ),
  )
  const failure = await rejectionOf(pair.connection.unary('/x.X/Any', Buffer.alloc(1), patience))
  expect(failure).toMatchObject({ code: 7, message: 'not you' })
})

test('a reader that is slower than the connection misses nothing of what came before the end', async () => {
  const received = Promise.withResolvers<number>()
  using pair = await connectToHandlers({
    '/x.X/Take': async ({ messages }) => {
      let count = 0
      while ((await messages.next()) !== undefined) count += 1
      received.resolve(count)
    },
  })
  const stream = pair.connection.open('/x.X/Take')
  stream.resume()
  const frames = Array.from({ length: 100 }, (_, index) => frameMessage(Buffer.alloc(index)))
  stream.end(Buffer.concat(frames))
  expect(await received.promise).toBe(100)
})
