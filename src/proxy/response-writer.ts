import { byte } from './byte-class.ts'
import type { ResponseHead } from './response-head.ts'

/** Our Connection line to the client, with its CR LF; none means "goes on" in HTTP/1.1. */
export function connectionLine(goesOn: boolean, isHttp10: boolean): string {
  if (!goesOn) return 'Connection: close\r\n'
  return isHttp10 ? 'Connection: keep-alive\r\n' : ''
}

/** Whether the head can be sent as it was received, without lines of ours; its version is made ours in place. */
export function passesUnchanged(bytes: Buffer, head: ResponseHead, ours: string): boolean {
  if (head.editCount > 0 || ours !== '') return false
  bytes[head.start + 'HTTP/1.'.length] = byte.one
  return true
}

/**
 * Writes the head that goes to the client: the upstream's lines in their order and spelling, without
 * those for its own hop, then ours. Returns the length; `out` must have room for all of them.
 */
export function writeResponseHead(
  out: Buffer,
  bytes: Buffer,
  head: ResponseHead,
  ours: string,
): number {
  let length = 0
  let from = head.start
  for (let i = 0; i < head.editCount; i++) {
    length += bytes.copy(out, length, from, head.edits[2 * i])
    from = head.edits[2 * i + 1] ?? 0
  }
  length += bytes.copy(out, length, from, head.end - 2)
  out['HTTP/1.'.length] = byte.one
  if (ours !== '') length += out.write(ours, length, 'latin1')
  out[length++] = byte.carriageReturn
  out[length++] = byte.lineFeed
  return length
}
