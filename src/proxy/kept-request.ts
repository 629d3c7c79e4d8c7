import { ascii } from './byte-class.ts'
import { FieldLine } from './field-line.ts'
import { parsed } from './parse-result.ts'
import type { RequestHead } from './request-head.ts'

const nothing = Buffer.alloc(0)

/**
 * What an exchange has to know about its request after the shared parser has moved on. The bytes are
 * kept, not copied, until there is a response: to send the request again, or to explain why not.
 */
export class KeptRequest {
  bytes: Buffer = nothing
  start = 0
  /** The first byte after the head. */
  end = 0
  isHeadRequest = false
  isHttp10 = false
  keepsAlive = true
  wantsTunnel = false
  hasBody = false
  /** Sending it twice does no harm, and nothing of it has to be kept for that but the head. */
  isRepeatable = false
  expectsContinue = false
  trustsPeer = false

  keep(bytes: Buffer, head: RequestHead): void {
    this.bytes = bytes
    this.start = head.start
    this.end = head.end
    this.isHeadRequest = head.requestLine.method === 'HEAD'
    this.isHttp10 = head.minorVersion === 0
    this.keepsAlive = head.keepsAlive
    this.wantsTunnel = head.wantsTunnel
    this.hasBody = head.hasBody
    this.isRepeatable = head.isIdempotent && !head.hasBody
    this.expectsContinue = head.expectsContinue
    this.trustsPeer = head.trustsPeer
  }

  /** Keeps what came of a head that will not be read to its end. */
  keepFragment(bytes: Buffer, start: number, trustsPeer: boolean): void {
    this.bytes = bytes
    this.start = start
    this.end = bytes.length
    this.isHeadRequest = bytes.toString('latin1', start, start + 5) === 'HEAD '
    this.isHttp10 = false
    this.keepsAlive = false
    this.wantsTunnel = false
    this.hasBody = false
    this.isRepeatable = false
    this.expectsContinue = false
    this.trustsPeer = trustsPeer
  }

  /** There is a response: the bytes are not needed any more. */
  release(): void {
    this.bytes = nothing
  }

  /** The method and the target, as they came. */
  readLine(): { method: string; target: string } {
    const lineEnd = this.bytes.indexOf('\r\n', this.start, 'latin1')
    const line = this.bytes.toString('latin1', this.start, lineEnd < 0 ? this.end : lineEnd)
    const [method = '', target = ''] = line.split(' ')
    return { method, target }
  }

  /** The first value of a field, or an empty string; `lowerName` in lower case. */
  readField(lowerName: string): string {
    const name = ascii(lowerName)
    const line = new FieldLine()
    let position = this.bytes.indexOf('\r\n', this.start, 'latin1') + 2
    while (line.scan(this.bytes, position, this.end, false) === parsed.complete) {
      if (line.isNamed(this.bytes, name)) {
        return this.bytes.toString('latin1', line.valueStart, line.valueEnd)
      }
      position = line.end
    }
    return ''
  }
}
