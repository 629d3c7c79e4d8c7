/* The service that the benchmark runs inside, with a Bun that lies beside it: `/` is 2 bytes, `/64` is 64 MB. */

const small = answer(Buffer.from('ok'))
const large = answer(Buffer.alloc(64 * 1024 * 1024, 'x'))

/** What a connection still has to be sent. */
type Left = { bytes: Buffer }

function answer(content: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\nConnection: close\r\n\r\n`
  return Buffer.concat([Buffer.from(head), content])
}

function sendMore(socket: Bun.Socket<Left>): void {
  const sent = socket.write(socket.data.bytes)
  socket.data.bytes = socket.data.bytes.subarray(Math.max(sent, 0))
  if (socket.data.bytes.length === 0) socket.end()
}

function main(): void {
  Bun.listen<Left>({
    hostname: '0.0.0.0',
    port: 3000,
    socket: {
      open: (socket) => {
        socket.data = { bytes: Buffer.alloc(0) }
      },
      data: (socket, request) => {
        socket.data.bytes = request.toString('latin1').startsWith('GET /64 ') ? large : small
        sendMore(socket)
      },
      drain: sendMore,
    },
  })
}

if (import.meta.main) main()
