import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { messageOf } from '../lib/errors.ts'
import type { AccessLog } from './access-log.ts'
import { ByteSource } from './byte-source.ts'
import { type Denial, denialHeaders, denialText, failureOf } from './denial.ts'
import type { EgressContext } from './egress-context.ts'
import { openUpstream } from './open-upstream.ts'
import { endToEndFields, isChunked, originRequestHead } from './request-head.ts'
import {
  type OriginResponse,
  readBody,
  readResponseHead,
  responseFraming,
} from './response-reader.ts'
import { type HttpTarget, parseHttpTarget } from './target.ts'
import { writePaced } from './write-paced.ts'

/** Sends a plain HTTP request to its origin over a connection of its own and streams the answer back. */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { context, log }: { context: EgressContext; log: AccessLog },
): Promise<void> {
  const target = admissibleTarget(request)
  if (target.kind === 'denied') return deny(response, log, target.denial)
  log.target(target.value)
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the run closed the connection')))
  const opened = await openUpstream(target.value, context, gone.signal)
  if (opened.kind === 'denied') return deny(response, log, opened.denial)
  const { socket } = opened
  gone.signal.addEventListener('abort', () => socket.destroy(), { once: true })
  if (gone.signal.aborted) socket.destroy()
  log.upstream(socket)
  try {
    await Promise.race([
      relayAnswer(response, new ByteSource(socket), { request, log }),
      uploadUntilAnswered(request, socket, target.value),
    ])
  } catch (error) {
    if (response.headersSent) {
      log.broke(messageOf(error))
      response.destroy()
    } else deny(response, log, failureOf(error, target.value))
  } finally {
    socket.destroy()
  }
}

function admissibleTarget(
  request: IncomingMessage,
): { kind: 'target'; value: HttpTarget } | { kind: 'denied'; denial: Denial } {
  const method = request.method ?? ''
  if (method === 'TRACE')
    return {
      kind: 'denied',
      denial: { kind: 'refused', status: 405, what: 'TRACE is not forwarded' },
    }
  const target = parseHttpTarget(request.url ?? '')
  if (target.ok) return { kind: 'target', value: target.value }
  const { what, fix } = target
  return { kind: 'denied', denial: { kind: 'refused', status: 400, what, fix } }
}

/** Answers for the proxy itself. */
export function deny(response: ServerResponse, log: AccessLog, denial: Denial): void {
  log.denied(denial)
  if (response.destroyed) return
  response.writeHead(denial.status, denialHeaders(denial).flat())
  response.end(denialText(denial))
}

/** Never resolves: only the answer ends an exchange. An origin that stops reading may still answer (413). */
async function uploadUntilAnswered(
  request: IncomingMessage,
  upstream: Socket,
  target: HttpTarget,
): Promise<never> {
  await writePaced(upstream, originRequestHead(request, target, [['Connection', 'close']]))
  const chunked = isChunked(request)
  try {
    for await (const piece of request) {
      if (!Buffer.isBuffer(piece) || piece.length === 0) continue
      if (chunked) upstream.write(`${piece.length.toString(16)}\r\n`)
      const isTaken = await writePaced(upstream, piece)
      if (!isTaken) break
      if (chunked) upstream.write('\r\n')
    }
    if (chunked && request.complete) upstream.write('0\r\n\r\n')
  } catch {
    // The run went away in the middle of its request; its response closes and takes the upstream along.
  }
  return new Promise(() => undefined)
}

async function relayAnswer(
  response: ServerResponse,
  source: ByteSource,
  { request, log }: { request: IncomingMessage; log: AccessLog },
): Promise<void> {
  let head = await readResponseHead(source)
  while (head.status < 200) {
    // 101 cannot come: Upgrade was not asked for. Other interim answers are hints, and dropped.
    if (head.status === 100 && request.headers.expect !== undefined) response.writeContinue()
    head = await readResponseHead(source)
  }
  const framing = responseFraming(request.method ?? '', head)
  log.allowed(head.status)
  response.writeHead(head.status, head.reason, answerFields(head))
  response.flushHeaders()
  for await (const piece of readBody(source, framing)) {
    if (!(await writePaced(response, piece))) throw new Error('the run closed the connection')
  }
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.end(resolve)
  })
}

function answerFields(head: OriginResponse): string[] {
  const isChunkedAnswer = head.fields.some(([name]) => name.toLowerCase() === 'transfer-encoding')
  return endToEndFields(head.fields)
    .filter(([name]) => !(isChunkedAnswer && name.toLowerCase() === 'content-length'))
    .flatMap(([name, value]) => [name, value])
}
