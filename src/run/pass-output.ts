import { setTimeout as delay } from 'node:timers/promises'
import type { Output } from '../platform/output.ts'
import type { ContainerStream } from '../runtime/container-stream.ts'

/** What a process left behind in pipes and sockets comes sooner than this after its end, or not at all. */
const SILENCE_MS = 1000

/**
 * Passes a process's output on until it ends. A connection that was made just after the process's end never
 * ends by itself, so once `exit` has settled, silence is the end too; a slow reader's time does not count as silence.
 * Without `exit` the end of the output is all that counts. Rejects when the connection breaks or `exit` does.
 * When nobody reads any more (`| head`), that is told once; what still comes is dropped, so that the process can end.
 */
export async function passOutput(options: {
  stream: ContainerStream
  output: Pick<Output, 'pass'>
  exit?: Promise<unknown>
  onUnread?: () => void
}): Promise<void> {
  const { exit } = options
  const progress = { steps: 0, isWaiting: true }
  const passing = passAll(options, progress)
  if (exit === undefined) return passing
  using stop = abortOnDispose()
  await Promise.race([
    Promise.all([passing, exit]),
    exit.then(() => silence(progress, stop.signal)),
  ])
}

type Progress = { steps: number; isWaiting: boolean }

async function passAll(
  {
    stream,
    output,
    onUnread,
  }: { stream: ContainerStream; output: Pick<Output, 'pass'>; onUnread?: () => void },
  progress: Progress,
): Promise<void> {
  let isRead = true
  for await (const chunk of stream.output) {
    progress.steps += 1
    progress.isWaiting = false
    const isTaken = await output.pass(chunk.stream, chunk.bytes)
    if (!isTaken && isRead) {
      isRead = false
      onUnread?.()
    }
    progress.steps += 1
    progress.isWaiting = true
  }
}

/** Resolves when nothing has come for a while and nothing is on its way to the reader. */
async function silence(progress: Progress, signal: AbortSignal): Promise<void> {
  for (;;) {
    const before = progress.steps
    await delay(SILENCE_MS, undefined, { signal })
    if (progress.isWaiting && progress.steps === before) return
  }
}

function abortOnDispose(): Disposable & { signal: AbortSignal } {
  const controller = new AbortController()
  return { signal: controller.signal, [Symbol.dispose]: () => controller.abort() }
}
