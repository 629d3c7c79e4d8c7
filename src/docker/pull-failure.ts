import { UserError } from '../lib/errors.ts'

type Words = { what: string; fix: string | readonly string[] }
type Rule = { pattern: RegExp; words: (reference: string, registry: string) => Words }

/** First match wins; the texts are those of Docker 20.10 to 28 and of the registries behind it. */
const known: readonly Rule[] = [
  {
    pattern: /pull access denied|requested access to the resource is denied/i,
    words: (reference, registry) => ({
      what: `there is no image ${reference} at ${registry}, or it is not for everybody`,
      fix: ['check the spelling', `or log in: ${loginCommand(registry)}`],
    }),
  },
  {
    pattern: /no basic auth credentials|unauthorized|authentication required|denied: /i,
    words: (reference, registry) => ({
      what: `the registry ${registry} refused to give out the image ${reference}`,
      fix: loginCommand(registry),
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
    pattern: /no matching manifest for|image operating system .* cannot be used/i,
    words: (reference) => ({
      what: `the image ${reference} is not made for this machine's architecture`,
      fix: 'use another tag or image',
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

/**
 * Why an image could not be pulled, in words that name it.
 * @param reason the engine's words, from an error's body or the middle of the stream
 * @param loginProblem why the user's login could not be had
 */
export function pullFailure(options: {
  reference: string
  registry: string
  reason: string
  loginProblem?: string | undefined
  cause: unknown
}): UserError {
  const { reference, registry, reason, loginProblem, cause } = options
  const rule = known.find(({ pattern }) => pattern.test(reason))
  const { what, fix } = rule?.words(reference, registry) ?? {
    what: `the image ${reference} could not be pulled: ${reason.slice(0, 300)}`,
    fix: `docker pull ${reference}`,
  }
  const full = loginProblem === undefined ? what : `${what} (${loginProblem})`
  return new UserError(full, { fix, cause, exitCode: 125 })
}

function loginCommand(registry: string): string {
  return registry === 'docker.io' ? 'docker login' : `docker login ${registry}`
}
