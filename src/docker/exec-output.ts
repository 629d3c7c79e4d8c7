import type { OutputChunk } from '../runtime/container-stream.ts'
import { execErrorOf } from './start-error-of.ts'

/** How the engine begins what it says, among the output, of a command that its runtime could not start. */
const NOT_STARTED = Buffer.from('OCI runtime exec failed: ')

/** What the engine ends such a command with. */
const NEVER_RAN = [126, 127]

/**
 * The output of a command of exec. Rejects with `StartError` when it could not be started: the engine says so in the
 * place of the command's own output, in the runtime's words. A command that itself prints no more than such a line
 * and ends with such a code, `docker exec` above all, means the same.
 *
 * @param exitCode asked only after such a line
 */
export async function* execOutput(
  output: AsyncIterable<OutputChunk>,
  exitCode: () => Promise<number>,
): AsyncGenerator<OutputChunk> {
  let isFirst = true
  let held: OutputChunk | undefined
  for await (const chunk of output) {
    if (isFirst && startsWith(chunk.bytes, NOT_STARTED)) {
      held = { ...chunk, bytes: Buffer.from(chunk.bytes) }
    } else {
      if (held !== undefined) yield held
      held = undefined
      yield chunk
    }
    isFirst = false
  }
  if (held === undefined) return
  if (NEVER_RAN.includes(await exitCode()))
    throw execErrorOf(Buffer.from(held.bytes).toString().trim())
  yield held
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, start.length), start) === 0
}
