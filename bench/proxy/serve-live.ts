/*
 * A service that answers as bytes, so that little of the measured time is its own: `/ws` switches to a tunnel that
 * echoes, `/events` sends the head of an event stream and one event, anything else reads the body and answers 200.
 */

const eventStream =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n'
const switched =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'
const done = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

type State = { isTunnel: boolean; bodyLeft: number }

function onData(socket: Bun.Socket<State>, bytes: Buffer): void {
  const { data } = socket
  if (data.isTunnel) {
    socket.write(bytes)
    return
  }
  if (data.bodyLeft === 0) beginRequest(socket, bytes)
  else data.bodyLeft -= bytes.length
  if (data.bodyLeft === 0 && !data.isTunnel) socket.write(done)
}

/** A head comes in one piece: the proxies send it so. */
function beginRequest(socket: Bun.Socket<State>, bytes: Buffer): void {
  const { data } = socket
  const headEnd = bytes.indexOf('\r\n\r\n') + 4
  const head = bytes.toString('latin1', 0, headEnd)
  if (head.startsWith('GET /ws ')) {
    data.isTunnel = true
    socket.write(switched)
  } else if (head.startsWith('GET /events ')) {
    data.isTunnel = true
    socket.write(eventStream)
  } else {
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    data.bodyLeft = length - (bytes.length - headEnd)
  }
}

function main(): void {
  Bun.listen<State>({
    hostname: '127.0.0.1',
    port: Number(process.argv[2]),
    socket: {
      open: (socket) => {
        socket.setNoDelay(true)
        socket.data = { isTunnel: false, bodyLeft: 0 }
      },
      data: onData,
    },
  })
}

if (import.meta.main) main()
