import net from 'node:net'
import { type Message, readMessage, valuesOf } from './message.ts'
import { nextBody, nextRequest } from './seen.ts'

/** What the upstream does with one request. */
export type Reply = {
  /** Sent as soon as the head was read. */
  readonly atHead?: string
  /** Says 100 after the head of a request that expects it. */
  readonly continues?: boolean
  /** Sent when the whole request was read; what a plain service says when left out. */
  readonly send?: string
  /** What follows: FIN, a reset, or everything that comes is sent back. */
  readonly after?: 'end' | 'reset' | 'echo'
}

const date = 'Date: Fri, 02 Jan 2026 03:04:05 GMT'

/** A response with a Content-Length. */
function plainResponse(body: string): string {
  return `HTTP/1.1 200 OK\r\n${date}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

const nextLine = nextRequest.slice(0, nextRequest.indexOf('\r\n'))

/** A service that answers the requests of one case as the case says, and keeps all it got. */
export class CaseUpstream implements AsyncDisposable {
  readonly port: number
  readonly requests: Message[] = []
  private readonly connections: UpstreamEnd[] = []
  private readonly server: net.Server
  private replies: readonly Reply[] = []

  private constructor(server: net.Server, port: number) {
    this.server = server
    this.port = port
  }

  /** Listens on a port of 127.0.0.1 that is free. */
  static async listen(): Promise<CaseUpstream> {
    const server = net.createServer({ allowHalfOpen: true })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
    await promise
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const upstream = new CaseUpstream(server, port)
    server.on('connection', (socket) => {
      upstream.connections.push(new UpstreamEnd(socket, (request) => upstream.take(request)))
    })
    return upstream
  }

  play(replies: readonly Reply[]): void {
    this.replies = replies
  }

  get texts(): string[] {
    return this.connections.map(({ text }) => text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.server.close(() => resolve())
    for (const { socket } of this.connections) socket.destroy()
    await promise
  }

  /** A request has begun. */
  private take({ startLine }: Message): Turn {
    if (startLine === nextLine) {
      return { reply: { send: plainResponse(nextBody) }, note: () => undefined }
    }
    const index = this.requests.length
    const note = (request: Message): void => {
      this.requests[index] = request
    }
    return { reply: this.replies[index] ?? {}, note }
  }
}

/** How one request is answered, and where to note what has come of it. */
type Turn = { readonly reply: Reply; readonly note: (request: Message) => void }

/** One connection to the upstream. */
class UpstreamEnd {
  readonly socket: net.Socket
  text = ''
  private position = 0
  private turn: Turn | undefined
  private isEchoing = false
  private isOver = false
  private readonly take: (request: Message) => Turn

  constructor(socket: net.Socket, take: (request: Message) => Turn) {
    this.socket = socket
    this.take = take
    socket.on('data', (bytes: Buffer) => this.onData(bytes.toString('latin1')))
    socket.on('end', () => socket.end())
    // A proxy that resets the connection is a thing to be seen, not a failure of the bed.
    socket.on('error', () => undefined)
  }

  private onData(data: string): void {
    this.text += data
    if (this.isEchoing) this.write(data)
    while (!this.isOver && this.readOne());
  }

  /** Reads one request and answers it; false when there is no whole one. */
  private readOne(): boolean {
    const request = readMessage(this.text, this.position, { hasNoBody: false, unframed: 'no-body' })
    if (request === undefined) return false
    const isNew = this.turn === undefined
    const turn = (this.turn ??= this.take(request))
    turn.note(request)
    if (isNew) this.greet(turn.reply, request)
    if (request.isBroken) {
      this.isOver = true
      this.write('HTTP/1.1 400 Not Understood\r\nContent-Length: 0\r\n\r\n')
    }
    if (!request.isComplete) return false
    this.position = request.end
    this.turn = undefined
    this.answer(turn.reply)
    return true
  }

  private greet({ atHead = '', continues }: Reply, { fields }: Message): void {
    const expects = valuesOf(fields, 'expect').join() === '100-continue'
    if (continues === true && expects) this.write('HTTP/1.1 100 Continue\r\n\r\n')
    this.write(atHead)
  }

  private answer({ atHead, send, after }: Reply): void {
    this.write(send ?? (atHead === undefined ? plainResponse('ok') : ''))
    this.isOver = after !== undefined
    this.isEchoing = after === 'echo'
    if (this.isEchoing) this.write(this.text.slice(this.position))
    else if (after === 'reset') this.socket.resetAndDestroy()
    else if (after === 'end') this.socket.end()
  }

  private write(text: string): void {
    if (text !== '') this.socket.write(Buffer.from(text, 'latin1'))
  }
}
