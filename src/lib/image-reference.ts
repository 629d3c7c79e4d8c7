import { type Parsed, parsed, refused } from './parsed.ts'
import { quoted } from './quoted.ts'

/** The parts of `registry:port/path:tag@digest` as written; nothing is filled in. */
export type ImageReference = {
  registry?: string
  path: string
  tag?: string
  digest?: string
}

/** distribution/reference: a repository name, registry included, has at most 255 characters. */
const NAME_MAX = 255

const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const REGISTRY_HOST =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::\d{1,5})?$/
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const DIGEST = /^sha256:[a-f0-9]{64}$|^sha512:[a-f0-9]{128}$/

/** Reads an image reference by the grammar of distribution/reference, which the engine uses too. */
export function parseImageReference(text: string): Parsed<ImageReference> {
  const [named = '', digest, ...more] = text.split('@')
  if (more.length > 0) return notAnImage(text, 'it has two digests')
  if (digest !== undefined && !DIGEST.test(digest)) {
    return notAnImage(text, `the digest ${quoted(digest)} is not sha256: and 64 hexadecimal digits`)
  }
  const { name, tag } = splitTag(named)
  if (tag !== undefined && !TAG.test(tag)) return notAnImage(text, `the tag ${quoted(tag)} is none`)
  const fault = nameFault(name)
  if (fault !== undefined) return notAnImage(text, fault)
  const { registry, path } = splitRegistry(name)
  return parsed({
    ...(registry !== undefined && { registry }),
    path,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  })
}

/** The tag follows the last colon, unless that colon belongs to the registry's port. */
function splitTag(named: string): { name: string; tag?: string } {
  const colon = named.lastIndexOf(':')
  if (colon <= named.lastIndexOf('/')) return { name: named }
  return { name: named.slice(0, colon), tag: named.slice(colon + 1) }
}

/** The first part is a registry when it looks like a host: a dot, a port, `localhost`, or upper case. */
function splitRegistry(name: string): { registry?: string; path: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  return isHost ? { registry: first, path: name.slice(slash + 1) } : { path: name }
}

function nameFault(name: string): string | undefined {
  if (name === '') return 'it has no name'
  if (name.length > NAME_MAX) return `its name has more than ${NAME_MAX} characters`
  const { registry, path } = splitRegistry(name)
  if (registry !== undefined && !REGISTRY_HOST.test(registry)) {
    return `the registry ${quoted(registry)} is not a host`
  }
  const wrong = path.split('/').find((part) => !PATH_PART.test(part))
  if (wrong === undefined) return undefined
  if (wrong === '') return 'a part of its name is empty'
  return wrong === wrong.toLowerCase()
    ? `${quoted(wrong)} cannot be part of a name`
    : `${quoted(wrong)} has upper-case letters`
}

function notAnImage(text: string, why: string): Parsed<never> {
  return refused(
    `image ${quoted(text)} is not an image reference: ${why}`,
    'write it like debian:bookworm-slim or ghcr.io/owner/name:tag',
  )
}
