import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Carries bytes both ways; resolves when both connections are closed. A reader that stalls stalls the writer,
 * a half close is passed on, and a connection that breaks breaks the other.
 * @param head bytes the client sent early, not yet passed on
 */
export async function tunnel(client: Duplex, upstream: Socket, head: Buffer): Promise<void> {
  if (head.length > 0) upstream.write(head)
  await Promise.all([carry(client, upstream), carry(upstream, client)])
}

/** Resolves when `from` is closed. pipe() passes its end on, which leaves the other direction open. */
function carry(from: Duplex, to: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const onClose = (): void => {
      if (from.readableEnded && from.writableFinished) to.end()
      else to.destroy()
      resolve()
    }
    from.on('error', () => to.destroy())
    if (from.destroyed) return onClose()
    from.once('close', onClose)
    from.pipe(to)
  })
}
