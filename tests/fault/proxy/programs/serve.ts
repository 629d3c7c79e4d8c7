/*
 * serve NAME: a small raw server on a free port of 127.0.0.1, which it prints. What it answers depends on the path:
 *   /endless  a body without an end, as fast as it is taken
 *   /events   an event stream: one event with a number for each line on stdin
 *   Upgrade   a tunnel that sends back what comes
 *   else      NAME, padded to 1 KiB
 */
import { Buffer } from 'node:buffer'

const [name = ''] = process.argv.slice(2)
const body = name.padEnd(1024, '.')
const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
const events =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const endless = 'HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n'
const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'
const filler = Buffer.alloc(64 * 1024, 'x')

type Kind = 'requests' | 'endless' | 'events' | 'tunnel'
type Connection = Bun.Socket<{ kind: Kind; head: string }>

const listeners = new Set<Connection>()

function fill(socket: Connection): void {
  while (socket.write(filler) === filler.length);
}

function answerHead(socket: Connection, head: string): void {
  if (head.startsWith('GET /endless ')) {
    socket.data.kind = 'endless'
    socket.write(endless)
    fill(socket)
  } else if (head.startsWith('GET /events ')) {
    socket.data.kind = 'events'
    socket.write(events)
    listeners.add(socket)
  } else if (/^upgrade:/im.test(head)) {
    socket.data.kind = 'tunnel'
    socket.write(switching)
  } else {
    socket.write(answer)
  }
}

function onData(socket: Connection, bytes: Buffer): void {
  if (socket.data.kind === 'tunnel') socket.write(bytes)
  if (socket.data.kind !== 'requests') return
  const heads = (socket.data.head + bytes.toString('latin1')).split('\r\n\r\n')
  socket.data.head = heads.pop() ?? ''
  for (const head of heads) answerHead(socket, head)
}

const server = Bun.listen<{ kind: Kind; head: string }>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    binaryType: 'buffer',
    open(socket) {
      socket.data = { kind: 'requests', head: '' }
    },
    data: onData,
    drain(socket) {
      if (socket.data.kind === 'endless') fill(socket)
    },
    close(socket) {
      listeners.delete(socket)
    },
    error() {},
  },
})
console.log(server.port)

let sent = 0
for await (const line of console) {
  const event = `data: ${line} ${++sent}\n\n`
  for (const socket of listeners) socket.write(`${event.length.toString(16)}\r\n${event}\r\n`)
  console.log(`sent to ${listeners.size}`)
}
