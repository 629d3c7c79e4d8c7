/*
 * witness: an upstream that runs on Node, whose HTTP parser (llhttp) is not ours. It prints its port. It keeps the bytes of
 * every connection, and what the parser made of them. The line `report` on stdin ends all connections and prints both.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import net from 'node:net'
import { createInterface } from 'node:readline'

type Message = { method: string; target: string; fields: string[]; body: string }
type Connection = { bytes: Buffer[]; messages: Message[]; error: string | undefined }

const connections = new Map<number, Connection>()
const pairs = new Set<{ inner: net.Socket; outer: net.Socket }>()
const mebibyte = 2 ** 20

function take(request: IncomingMessage, response: ServerResponse): void {
  const parts: Buffer[] = []
  const connection = connections.get(request.socket.remotePort ?? 0)
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { method = '', url = '', rawHeaders } = request
    const body = Buffer.concat(parts).toString('latin1')
    connection?.messages.push({ method, target: url, fields: rawHeaders, body })
    response.end('seen')
  })
}

const parser = createServer({ maxHeaderSize: mebibyte, keepAlive: true }, take)
parser.maxHeadersCount = 0
// Else the end of a connection drops requests that were read and not yet handed over.
Object.assign(parser, { httpAllowHalfOpen: true })
parser.keepAliveTimeout = 0
parser.requestTimeout = 0
parser.headersTimeout = 0
parser.on('checkContinue', take)
parser.on('checkExpectation', take)
parser.on('clientError', (error: Error & { code?: string; reason?: string }, socket) => {
  const known = connections.get('remotePort' in socket ? Number(socket.remotePort) : 0)
  if (known !== undefined) known.error ??= `${error.code ?? error.message} ${error.reason ?? ''}`
  socket.destroy()
})

const front = net.createServer({ allowHalfOpen: true }, (outer) => {
  const address = parser.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const inner = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
    const connection: Connection = { bytes: [], messages: [], error: undefined }
    connections.set(inner.localPort ?? 0, connection)
    outer.on('data', (bytes: Buffer) => {
      connection.bytes.push(bytes)
      inner.write(bytes)
    })
    outer.on('end', () => inner.end())
    inner.pipe(outer)
  })
  const pair = { inner, outer }
  pairs.add(pair)
  inner.on('error', () => outer.destroy())
  outer.on('error', () => inner.end())
  inner.on('close', () => {
    outer.destroy()
    pairs.delete(pair)
  })
  outer.on('close', () => inner.end())
})

/** Resolves when the parser has seen all and every connection is gone. */
async function endAll(): Promise<void> {
  const closed = Array.from(pairs, async ({ inner, outer }) => {
    outer.destroy()
    inner.end()
    if (!inner.closed) await once(inner, 'close')
  })
  await Promise.all(closed)
}

async function report(): Promise<string> {
  await endAll()
  const seen = Array.from(connections.values(), ({ bytes, ...rest }) => ({
    bytes: Buffer.concat(bytes).toString('latin1'),
    ...rest,
  }))
  connections.clear()
  return JSON.stringify(seen)
}

parser.listen(0, '127.0.0.1', () => {
  front.listen(0, '127.0.0.1', () => {
    const address = front.address()
    process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
  })
})
createInterface({ input: process.stdin }).on('line', () => {
  void report().then((line) => process.stdout.write(`${line}\n`))
})
