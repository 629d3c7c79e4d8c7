/** Below this, the garbage collector is quick enough. */
const releasedBytesMin = 32 * 1024

/**
 * Gives the memory of a large buffer back at once; call it for bytes that were all passed on, and do not look at them
 * again. A fast transfer would otherwise pile up tens of megabytes before they are collected. A view of a larger buffer
 * is left alone: somebody else may need the rest.
 */
export function releaseBytes(bytes: Buffer): void {
  const { buffer, byteLength } = bytes
  if (byteLength < releasedBytesMin || byteLength < buffer.byteLength) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}
