/** A reference to an image, taken apart as the docker program does it (distribution reference grammar). */
export type ImageReference = {
  /** `docker.io` when the reference names none. */
  registry: string
  /** As the engine wants it for `fromImage`: the reference without tag and digest. */
  name: string
  /** A tag or a digest; `latest` when the reference has neither. */
  version: string
}

export function parseImageReference(reference: string): ImageReference {
  const [beforeDigest, digest] = split(reference, reference.indexOf('@'))
  const colon = beforeDigest.lastIndexOf(':')
  const [name, tag] = split(beforeDigest, colon > beforeDigest.lastIndexOf('/') ? colon : -1)
  const first = name.split('/', 1)[0] ?? ''
  const hasRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  const registry = hasRegistry && first !== 'index.docker.io' ? first : 'docker.io'
  return { registry, name, version: digest ?? tag ?? 'latest' }
}

function split(text: string, at: number): [string, string?] {
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
