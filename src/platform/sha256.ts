/** The SHA-256 of a text as hex digits. Not of `node:crypto`, whose loading takes 2 ms of every command. */
export function sha256Hex(text: string): string {
  return new Bun.CryptoHasher('sha256').update(text).digest('hex')
}
