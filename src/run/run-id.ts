/** Ids are `run_` and twelve hex digits. */
export function newRunId(): string {
  return `run_${Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString('hex')}`
}
