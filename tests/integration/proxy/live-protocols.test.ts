import { createHash } from 'node:crypto'
import { expect, test } from 'bun:test'
import { eventually } from './bed/eventually.ts'
import { dateLine, get, head, ProxyBed, routeTo, webHost } from './bed/proxy-bed.ts'

test('a WebSocket client and server talk through the proxy, subprotocol and compression included', async () => {
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request, upgrader) {
      const headers = { 'Sec-WebSocket-Protocol': 'second' }
      return upgrader.upgrade(request, { headers })
        ? undefined
        : new Response('no', { status: 400 })
    },
    websocket: {
      perMessageDeflate: true,
      message(socket, message) {
        socket.send(message)
      },
    },
  })
  await using _ = { [Symbol.asyncDispose]: () => server.stop(true) }
  await using bed = await ProxyBed.open({ routes: [routeTo(server.port ?? 0)] })
  const socket = new WebSocket(`ws://${webHost}:${bed.port}/`, ['first', 'second'])
  const opened = Promise.withResolvers<Event>()
  socket.addEventListener('open', opened.resolve)
  socket.addEventListener('error', () => opened.reject(new Error('no WebSocket')))
  await opened.promise
  expect(socket.protocol).toBe('second')
  for (const size of [1, 200, 70_000]) {
    const echoed = Promise.withResolvers<MessageEvent>()
    socket.addEventListener('message', echoed.resolve, { once: true })
    const text = createHash('sha512').update(String(size)).digest('hex').repeat(size).slice(0, size)
    socket.send(text)
    const message = await echoed.promise
    expect(String(message.data)).toBe(text)
  }
  const closed = Promise.withResolvers<CloseEvent>()
  socket.addEventListener('close', closed.resolve)
  socket.close(4001, 'done')
  expect((await closed.promise).code).toBe(4001)
  await eventually(() => bed.proxy.stats().tunnels === 0, 'the end of the tunnel')
})

test('an event stream is passed on event by event', async () => {
  await using bed = await ProxyBed.open({ limits: { idleMs: 200, headMs: 200, abandonedMs: 200 } })
  const client = await bed.client()
  client.send(get('Accept: text/event-stream'))
  const upstream = await bed.upstream.accept()
  await upstream.head()
  const start = head(
    'HTTP/1.1 200 OK',
    dateLine,
    'Content-Type: text/event-stream',
    'Transfer-Encoding: chunked',
  )
  upstream.send(start)
  expect(await client.head()).toBe(start)
  for (const event of ['9\r\ndata: 1\n\n\r\n', '9\r\ndata: 2\n\n\r\n']) {
    await Bun.sleep(250)
    upstream.send(event)
    expect(await client.next(event.length)).toBe(event)
  }
})
