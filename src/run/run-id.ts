/** Ids are `run_` and twelve hex digits. */
export function newRunId(): string {
  return `run_${Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString('hex')}`
}

export function isRunId(text: string): boolean {
  return /^run_[0-9a-f]{12}$/.test(text)
}
