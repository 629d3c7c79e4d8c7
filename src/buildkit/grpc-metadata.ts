/** The metadata of a call; a key may come several times. */
export class GrpcMetadata {
  readonly #values = new Map<string, string[]>()

  /**
   * @param rawHeaders names and values in turn, as they came: Node joins the values of one name by
   * commas everywhere else, and file names may hold commas
   */
  constructor(rawHeaders: readonly string[]) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] ?? ''
      if (name.startsWith(':')) continue
      const values = this.#values.get(name) ?? []
      values.push(rawHeaders[index + 1] ?? '')
      this.#values.set(name, values)
    }
  }

  /**
   * All values of a key as text. Newer BuildKits send what is not ASCII URL-encoded and say so by
   * `<key>-encoded: 1`; older ones send UTF-8, which arrives as Latin-1 (session/filesync, encodeOpts).
   */
  values(key: string): string[] {
    const values = this.#values.get(key) ?? []
    const isEncoded = this.#values.get(`${key}-encoded`)?.[0] === '1'
    return values.map(isEncoded ? decodeQuery : decodeLatin1)
  }

  first(key: string): string | undefined {
    return this.values(key)[0]
  }
}

/** Go's `url.QueryUnescape`; text that it would refuse is left as it is. */
function decodeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function decodeLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}
