import type { Writable } from 'node:stream'

/** Writes and waits while the reader is behind; false once nobody reads any more. */
export function writePaced(to: Writable, bytes: Uint8Array | string): Promise<boolean> {
  if (to.destroyed) return Promise.resolve(false)
  if (to.write(bytes, 'latin1')) return Promise.resolve(true)
  return new Promise((resolve) => {
    const settle = (isTaken: boolean): void => {
      to.off('drain', onDrain)
      to.off('close', onClose)
      resolve(isTaken)
    }
    const onDrain = (): void => settle(true)
    const onClose = (): void => settle(false)
    to.once('drain', onDrain)
    to.once('close', onClose)
  })
}
