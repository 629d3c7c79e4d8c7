import type { Connection } from './connection.ts'

const limitMs = 10_000

/** A request as bytes; `fields` are lines with their ends. */
export function requestBytes(host: string, line: string, fields = ''): Buffer {
  return Buffer.from(`${line} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`, 'latin1')
}

/**
 * Sends one request and its body, and waits for the whole response, whose length has to be declared. Throws when it is
 * no 200, when the connection ends, and after a limit.
 */
export async function exchange(
  connection: Connection,
  request: Uint8Array,
  body?: Uint8Array,
): Promise<void> {
  const whole = Promise.withResolvers<void>()
  const limit = setTimeout(() => whole.reject(new Error('no answer in time')), limitMs)
  const response = new ResponseEnd()
  connection.receiver = {
    onBytes: (bytes) => {
      try {
        if (response.isAfter(bytes)) whole.resolve()
      } catch (error) {
        whole.reject(error)
      }
    },
    onClosed: () => whole.reject(new Error('closed before the end of the response')),
  }
  connection.send(request)
  if (body !== undefined) connection.send(body)
  try {
    await whole.promise
  } finally {
    clearTimeout(limit)
  }
  if (response.status !== '200') throw new Error(`status ${response.status}`)
}

/** Finds the end of a response with a declared length. */
export class ResponseEnd {
  status = ''
  #head: Buffer = Buffer.alloc(0)
  #left = -1

  /** Takes more of the response; true when it is complete. */
  isAfter(bytes: Buffer): boolean {
    if (this.#left >= 0) {
      this.#left -= bytes.length
      return this.#left <= 0
    }
    this.#head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes])
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return false
    const head = this.#head.toString('latin1', 0, end)
    this.status = head.slice(9, 12)
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1])
    if (!Number.isInteger(length)) throw new Error(`a response without a length: ${head}`)
    this.#left = length - (this.#head.length - end - 4)
    return this.#left <= 0
  }
}

/** Sends something and waits until `count` bytes, or all up to `marker`, have come. */
export async function answerTo(
  connection: Connection,
  sent: Uint8Array,
  expected: number | string,
): Promise<void> {
  const came = Promise.withResolvers<void>()
  const limit = setTimeout(() => came.reject(new Error('no answer in time')), limitMs)
  let [count, text] = [0, '']
  connection.receiver = {
    onBytes: (bytes) => {
      count += bytes.length
      if (typeof expected === 'string') text += bytes.toString('latin1')
      if (typeof expected === 'string' ? text.includes(expected) : count >= expected) came.resolve()
    },
    onClosed: () => came.reject(new Error('closed before the answer')),
  }
  connection.send(sent)
  try {
    await came.promise
  } finally {
    clearTimeout(limit)
  }
}
