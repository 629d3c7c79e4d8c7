import type { Readable } from 'node:stream'
import * as z from 'zod/mini'

/** Longest JSON answer we take; a list of ten thousand containers is about 20 MB. */
const bodyLimitBytes = 64 * 1024 * 1024

/** The whole body as text. Throws when it is longer than anything an engine says, or was cut. */
export async function readBody(body: Readable): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytesOf(body)) {
    length += chunk.length
    if (length > bodyLimitBytes)
      throw new RangeError(`an answer of more than ${bodyLimitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The body as it comes, with back-pressure. A connection that ends before the body does is an error. */
export async function* bytesOf(body: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    if (chunk instanceof Uint8Array) yield chunk
  }
  if ('complete' in body && body.complete === false) {
    throw new Error('the connection ended before the answer did')
  }
}

/** Schemas can be compiled for repeated use; that takes 0.5 ms each, for an answer that is read once. */
const once = { jitless: true }

const errorBody = z.object({ message: z.string() })

/** The engine's words in an error's body, or the body itself. */
export function errorReason(text: string): string {
  const decoded = errorBody.safeParse(parsed(text), once)
  return (decoded.success ? decoded.data.message : text).trim().slice(0, 4096) || 'no reason given'
}

/** Decodes a JSON body; the error of a body that does not fit names what was expected. */
export function decodeJson<T>(schema: z.ZodMiniType<T>, text: string): T {
  return schema.parse(parsed(text), once)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
