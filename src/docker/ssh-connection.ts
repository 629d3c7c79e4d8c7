import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'

import type { Environment } from '../platform/host.ts'
import { UnavailableError } from '../runtime/unavailable-error.ts'

import { formatEndpoint, type Endpoint } from './endpoint.ts'
import { ProcessConnection } from './process-connection.ts'

type SshEndpoint = Extract<Endpoint, { kind: 'ssh' }>

const stderrLimit = 4096

/**
 * A connection to an engine behind ssh, as `docker -H ssh://` makes it: the user's own ssh program runs
 * `docker system dial-stdio` over there. So keys, known hosts and ~/.ssh/config are the user's, which
 * docker-modem's own ssh does not look at (it accepts any host key).
 */
export function openSshConnection(endpoint: SshEndpoint, env: Environment): Duplex {
  const child = spawn('ssh', sshArguments(endpoint), { env, stdio: 'pipe' })
  let stderr = ''
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text: string) => {
    stderr = (stderr + text).slice(-stderrLimit)
  })
  const connection = new ProcessConnection(child, (exitCode) => {
    if (exitCode === 0) return undefined
    const reason = stderr.trim().split('\n').at(-1) || `ssh ended with exit code ${exitCode}`
    return sshFailure(endpoint, reason, new Error(stderr))
  })
  child.once('error', (cause) => {
    connection.destroy(sshFailure(endpoint, 'the program ssh cannot be run', cause))
  })
  return connection
}

/** The arguments of ssh; a prompt would appear once per request, so there is none (BatchMode). */
function sshArguments(endpoint: SshEndpoint): string[] {
  const { user, port, host, path } = endpoint
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-T']
  if (user !== undefined) options.push('-l', user)
  if (port !== undefined) options.push('-p', String(port))
  const program =
    path === undefined ? ['docker'] : ['docker', '--host', shellWord(`unix://${path}`)]
  return [...options, '--', host, ...program, 'system', 'dial-stdio']
}

/** ssh hands its words to a shell over there. */
function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function sshFailure(endpoint: SshEndpoint, reason: string, cause: unknown): UnavailableError {
  const address = formatEndpoint(endpoint)
  const login = sshArguments(endpoint).slice(4, -2).join(' ')
  return new UnavailableError(`the engine at ${address} cannot be reached: ${reason}`, {
    reason: 'refused',
    endpoint: address,
    fix: `check that this works without a question: ssh ${login} version`,
    cause,
  })
}
