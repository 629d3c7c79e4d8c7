import { UserError } from '../lib/errors.ts'
import { parseImageReference } from '../lib/image-reference.ts'
import type { FoundLogin } from './image-store.ts'

type Words = { what: string; fix: string | readonly string[] }
type Rule = {
  pattern: RegExp
  words: (reference: string, registry: string, found: FoundLogin | undefined) => Words
}

/** First match wins; the texts are those of Docker 20.10 to 28, of BuildKit, and of the registries behind them. */
const known: readonly Rule[] = [
  {
    pattern: /pull access denied|requested access to the resource is denied/i,
    words: (reference, registry, found) => ({
      what: `there is no image ${reference} at ${registry}, or it is not for ${found?.login === undefined ? 'everybody' : `the login in ${found.source}`}`,
      fix: ['check the spelling', `or log in: ${loginCommand(registry)}`],
    }),
  },
  {
    pattern:
      /no basic auth credentials|unauthorized|authentication required|denied: |40[13] (?:Unauthorized|Forbidden)/i,
    words: (reference, registry, found) => ({
      what: refusedLogin(reference, registry, found),
      fix: loginCommand(registry),
    }),
  },
  {
    pattern:
      /no matching manifest for|no match for platform|image operating system .* cannot be used/i,
    words: (reference) => ({
      what: `the image ${reference} is not made for this machine's architecture`,
      fix: 'use another tag or image',
    }),
  },
  {
    pattern: /manifest unknown|not found|manifest for .* does not exist|name unknown/i,
    words: (reference, registry) => ({
      what: `there is no image ${reference} at ${registry}`,
      fix: 'check the name and the tag',
    }),
  },
  {
    pattern: /toomanyrequests|rate limit/i,
    words: (reference, registry) => ({
      what: `the registry ${registry} allows no more downloads for now (image ${reference})`,
      fix: ['wait, and try again', `or log in: ${loginCommand(registry)}`],
    }),
  },
  {
    pattern: /no space left on device/i,
    words: (reference) => ({
      what: `the engine's disk is full, the image ${reference} does not fit`,
      fix: ['docker system df', 'remove images that no container uses: docker image prune -a'],
    }),
  },
  {
    pattern: /invalid reference format|invalid repository name|must be lower ?case/i,
    words: (reference) => ({
      what: `"${reference}" is not an image reference`,
      fix: 'write name:tag in lower case, for instance debian:bookworm-slim',
    }),
  },
  {
    pattern:
      /no such host|connection refused|i\/o timeout|network is unreachable|deadline exceeded|request canceled|server misbehaving|no route to host|TLS handshake|x509|: EOF|connection reset/i,
    words: (reference, registry) => ({
      what: `the engine cannot reach the registry ${registry} for the image ${reference}`,
      fix: ['check the network', `docker pull ${reference}`],
    }),
  },
]

/** What is known of a failed pull. */
export type FailedPull = {
  reference: string
  /** The words of the engine or of BuildKit. */
  reason: string
  /** What was found in the user's configuration for the registry; undefined when nobody looked. */
  found?: FoundLogin | undefined
}

/** Why an image could not be pulled, in words that name it, and what helps. */
export function pullWords({ reference, reason, found }: FailedPull): Words {
  const registry = registryOf(reference)
  const rule = known.find(({ pattern }) => pattern.test(reason))
  const { what, fix } = rule?.words(reference, registry, found) ?? {
    what: `the image ${reference} could not be pulled: ${reason.slice(0, 300)}`,
    fix: `docker pull ${reference}`,
  }
  return { what: found?.problem === undefined ? what : `${what} (${found.problem})`, fix }
}

/** `pullWords` as an error. */
export function pullFailure(pull: FailedPull, options: { cause: unknown }): UserError {
  const { what, fix } = pullWords(pull)
  return new UserError(what, { fix, cause: options.cause, exitCode: 125 })
}

/** Where an image is pulled from: `docker.io` when the reference names no registry. */
export function registryOf(reference: string): string {
  const parsed = parseImageReference(reference)
  const registry = parsed.ok ? parsed.value.registry : undefined
  return registry === undefined || registry === 'index.docker.io' ? 'docker.io' : registry
}

function refusedLogin(reference: string, registry: string, found: FoundLogin | undefined): string {
  if (found?.login !== undefined)
    return `the registry ${registry} refused the login in ${found.source} for the image ${reference}`
  const refused = `the registry ${registry} refused to give out the image ${reference}`
  if (found === undefined || found.problem !== undefined) return refused
  return `${refused}, and ${found.source} has no login for it`
}

function loginCommand(registry: string): string {
  return registry === 'docker.io' ? 'docker login' : `docker login ${registry}`
}
