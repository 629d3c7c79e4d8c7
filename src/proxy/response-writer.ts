import { byte } from './byte-class.ts'
import type { ResponseHead } from './response-head.ts'

/** What our Connection line to the client says; none means "goes on" in HTTP/1.1. */
export type ConnectionLine = '' | 'close' | 'keep-alive' | 'Upgrade'

/** What the client has to be told about the end of its connection. */
export function connectionLine(goesOn: boolean, isHttp10: boolean): ConnectionLine {
  if (!goesOn) return 'close'
  return isHttp10 ? 'keep-alive' : ''
}

/** Whether the head can be sent as it was received; its version is made ours in place. */
export function passesUnchanged(
  bytes: Buffer,
  head: ResponseHead,
  connection: ConnectionLine,
): boolean {
  if (head.editCount > 0 || connection !== '') return false
  bytes[head.start + 'HTTP/1.'.length] = byte.one
  return true
}

/**
 * Writes the head that goes to the client: the upstream's lines in their order and spelling, without
 * those for its own hop, then ours. Returns the length; `out` must have room for the head and a line.
 */
export function writeResponseHead(
  out: Buffer,
  bytes: Buffer,
  head: ResponseHead,
  connection: ConnectionLine,
): number {
  let length = 0
  let from = head.start
  for (let i = 0; i < head.editCount; i++) {
    length += bytes.copy(out, length, from, head.edits[2 * i])
    from = head.edits[2 * i + 1] ?? 0
  }
  length += bytes.copy(out, length, from, head.end - 2)
  out['HTTP/1.'.length] = byte.one
  if (connection !== '') length += out.write(`Connection: ${connection}\r\n`, length, 'latin1')
  out[length++] = byte.carriageReturn
  out[length++] = byte.lineFeed
  return length
}
