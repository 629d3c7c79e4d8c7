import type { Socket } from 'node:net'
import { type Frame, FrameDecoder } from './frames.ts'

/** Every frame that arrives on a connection. Nothing is read ahead of what the consumer took. */
export async function* readFrames(socket: Socket): AsyncGenerator<Frame> {
  const decoder = new FrameDecoder()
  const chunks: AsyncIterable<Uint8Array> = socket
  for await (const chunk of chunks) yield* decoder.push(chunk)
}
