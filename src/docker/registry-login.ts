import { spawn } from 'node:child_process'
import * as z from 'zod/mini'

import type { Environment } from '../platform/host.ts'
import type { RegistryLogin } from '../runtime/image-store.ts'

import type { DockerConfig } from './docker-config.ts'

/**
 * `helper` is the program that was asked; `problem` says why a login that should exist could not be had: the pull is
 * then tried without.
 */
export type RegistryLoginLookup = { login?: RegistryLogin; helper?: string; problem?: string }

const dockerHubKey = 'https://index.docker.io/v1/'
const helperLimitMs = 30_000
const helperOutputLimit = 1024 * 1024

/**
 * The user's login at a registry, from the docker program's configuration: a credential helper for
 * this registry, the helper for all, or the `auths` in the file itself.
 */
export async function findRegistryLogin(
  config: DockerConfig,
  registry: string,
  options: { env: Environment; signal?: AbortSignal | undefined },
): Promise<RegistryLoginLookup> {
  const key = registry === 'docker.io' ? dockerHubKey : registry
  const helper = config.credHelpers?.[key] ?? config.credHelpers?.[registry] ?? config.credsStore
  if (helper === undefined || helper === '') return loginFromFile(config, key)
  const program = `docker-credential-${helper}`
  try {
    return { ...(await askHelper(program, key, options)), helper: program }
  } catch (cause) {
    options.signal?.throwIfAborted()
    const reason = cause instanceof Error ? cause.message : String(cause)
    return { helper: program, problem: `the credential helper ${program} failed: ${reason}` }
  }
}

/**
 * The value of the header `X-Registry-Auth`, one login, or of `X-Registry-Config`, logins by server (Engine API,
 * "Authentication"). An engine that cannot decode it goes on without a login.
 */
export function encodeRegistryLogin(
  logins: RegistryLogin | Readonly<Record<string, RegistryLogin>>,
): string {
  // Go's URL encoding keeps the padding that Node's `base64url` drops.
  const encoded = Buffer.from(JSON.stringify(logins)).toString('base64')
  return encoded.replaceAll('+', '-').replaceAll('/', '_')
}

function loginFromFile(config: DockerConfig, key: string): RegistryLoginLookup {
  const auths = config.auths ?? {}
  const found =
    auths[key] ?? Object.entries(auths).find(([name]) => hostOf(name) === hostOf(key))?.[1]
  if (found === undefined) return {}
  if (found.identitytoken) {
    return { login: { identitytoken: found.identitytoken, serveraddress: key } }
  }
  const decoded = Buffer.from(found.auth ?? '', 'base64').toString()
  const colon = decoded.indexOf(':')
  const username = colon < 0 ? found.username : decoded.slice(0, colon)
  const password = colon < 0 ? found.password : decoded.slice(colon + 1).replace(/\0+$/, '')
  if (username === undefined || password === undefined) return {}
  return { login: { username, password, serveraddress: key } }
}

/** Entries of `auths` may be written as `https://host/v1/`. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/', 1)[0] ?? key
}

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() })

/** The protocol of docker-credential-helpers: the server on stdin, JSON on stdout. */
async function askHelper(
  program: string,
  server: string,
  options: { env: Environment; signal?: AbortSignal | undefined },
): Promise<RegistryLoginLookup> {
  const { code, stdout } = await runHelper(program, server, options)
  if (code !== 0) {
    if (/credentials not found/i.test(stdout)) return {}
    throw new Error(stdout.trim().slice(0, 300) || `exit code ${code}`)
  }
  const { Username: username, Secret: secret } = helperAnswer.parse(JSON.parse(stdout))
  return username === '<token>'
    ? { login: { identitytoken: secret, serveraddress: server } }
    : { login: { username, password: secret, serveraddress: server } }
}

async function runHelper(
  program: string,
  input: string,
  options: { env: Environment; signal?: AbortSignal | undefined },
): Promise<{ code: number | null; stdout: string }> {
  const limit = AbortSignal.timeout(helperLimitMs)
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit
  const child = spawn(program, ['get'], {
    env: options.env,
    signal,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<{
    code: number | null
    stdout: string
  }>()
  let stdout = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    stdout = (stdout + text).slice(0, helperOutputLimit)
  })
  child.once('error', reject)
  child.once('close', (code) => resolve({ code, stdout }))
  // A helper that ends without reading its input is judged by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return promise
}
