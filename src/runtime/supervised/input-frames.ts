import type { Socket } from 'node:net'
import { decodeSize, FRAME } from './frames.ts'
import { readFrames } from './read-frames.ts'
import type { SupervisedProcess } from './supervised-process.ts'

/**
 * Carries out what a connected client says to a process, one after the other, until it ends. Nothing is
 * read ahead of what the process took.
 */
export async function followInput(
  socket: Socket,
  process: SupervisedProcess,
  options: { stdin: boolean },
): Promise<void> {
  try {
    for await (const { kind, payload } of readFrames(socket)) {
      if (kind === FRAME.resize) process.resize(decodeSize(payload))
      else if (!options.stdin) continue
      else if (kind === FRAME.stdin) await process.write(payload)
      else if (kind === FRAME.endOfInput) process.endInput()
    }
  } catch {
    // A client that breaks off has nothing more to say.
  }
  if (options.stdin) process.endInput()
}
