import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Parsed } from '../lib/parsed.ts'
import type { AccessLog } from './access-log.ts'
import { ByteSource } from './byte-source.ts'
import { type Denial, denialMessage, failureOf } from './denial.ts'
import type { EgressContext } from './egress-context.ts'
import { openUpstream } from './open-upstream.ts'
import { endToEndFields, originRequestHead } from './request-head.ts'
import { type Field, type OriginResponse, readResponseHead } from './response-reader.ts'
import { type HttpTarget, parseAuthority, parseHttpTarget, type Target } from './target.ts'
import { tunnel } from './tunnel.ts'

/** A connection that the HTTP server has handed over: bytes from here on. */
export type HandedOver = {
  request: IncomingMessage
  client: Duplex
  head: Buffer
  context: EgressContext
  log: AccessLog
}

/** CONNECT (RFC 9110 §9.3.6): a tunnel to the target. */
export async function forwardConnect(handed: HandedOver): Promise<void> {
  const opened = await openFor(handed, parseAuthority(handed.request.url ?? ''))
  if (opened === undefined) return
  handed.log.allowed(200)
  handed.client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  await tunnel(handed.client, opened.socket, handed.head)
}

/** Upgrade on plain HTTP (RFC 9110 §7.8, `ws://`): a tunnel once the origin has switched. */
export async function forwardUpgrade(handed: HandedOver): Promise<void> {
  const { request, client, head, log } = handed
  const opened = await openFor(handed, parseHttpTarget(request.url ?? ''))
  if (opened === undefined) return
  const { socket, target } = opened
  socket.write(originRequestHead(request, target, upgradeFields(request)), 'latin1')
  const source = new ByteSource(socket)
  const answer = await readResponseHead(source).catch((error: unknown) => failureOf(error, target))
  if (!('fields' in answer)) {
    socket.destroy()
    return deny(handed, answer)
  }
  log.allowed(answer.status)
  client.write(answerHead(answer), 'latin1')
  client.write(await source.release())
  await tunnel(client, socket, head)
}

/** A request with a body cannot switch here: it is sent without the offer, which an origin may ignore anyway. */
function upgradeFields({ headers }: IncomingMessage): Field[] {
  const hasBody =
    headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  if (hasBody || headers.upgrade === undefined) return [['Connection', 'close']]
  return [
    ['Connection', 'Upgrade'],
    ['Upgrade', headers.upgrade],
  ]
}

/** What has switched goes on as it is; after any other answer the connection ends, as it leads to one origin only. */
function answerHead({ status, reason, fields }: OriginResponse): string {
  const kept: Field[] =
    status === 101
      ? [...fields]
      : [
          ...endToEndFields(fields),
          ...fields.filter(([name]) => name.toLowerCase() === 'transfer-encoding'),
          ['Connection', 'close'],
        ]
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${reason === '' ? (STATUS_CODES[status] ?? '') : reason}\r\n${lines.join('')}\r\n`
}

async function openFor<T extends Target | HttpTarget>(
  handed: HandedOver,
  target: Parsed<T>,
): Promise<{ socket: Socket; target: T } | undefined> {
  const { client, context, log } = handed
  if (!target.ok) {
    deny(handed, { kind: 'refused', status: 400, what: target.what, fix: target.fix })
    return undefined
  }
  log.target(target.value)
  const gone = new AbortController()
  const onClose = (): void => gone.abort(new Error('the run closed the connection'))
  client.once('close', onClose)
  const opened = await openUpstream(target.value, context, gone.signal)
  client.off('close', onClose)
  if (opened.kind === 'denied') {
    deny(handed, opened.denial)
    return undefined
  }
  log.upstream(opened.socket)
  return { socket: opened.socket, target: target.value }
}

/** Answers for the proxy itself and ends the connection. */
export function deny({ client, log }: Pick<HandedOver, 'client' | 'log'>, denial: Denial): void {
  log.denied(denial)
  if (!client.destroyed) client.end(denialMessage(denial))
  client.resume()
}
