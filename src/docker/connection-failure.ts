import { errorCode, messageOf, UserError } from '../lib/errors.ts'
import { UnavailableError, type UnavailableReason } from '../runtime/unavailable-error.ts'

import { EngineError } from './engine-error.ts'

type Explanation = { reason: UnavailableReason; what: string; fix: string | readonly string[] }

const startEngine =
  'start Docker (Linux: `sudo systemctl start docker`), then check with `docker version`'

/**
 * Turns the error of a socket that leads to an engine into words for people. Errors that are
 * explained already (the engine's own answers) pass unchanged.
 */
export function connectionFailure(endpoint: string, error: unknown): unknown {
  if (error instanceof UserError || error instanceof EngineError) return error
  const code = errorCode(error) ?? ''
  const { reason, what, fix } = explain(endpoint, code, messageOf(error))
  return new UnavailableError(what, { reason, endpoint, fix, cause: error })
}

function explain(endpoint: string, code: string, message: string): Explanation {
  switch (code) {
    case 'ENOENT':
      return absent(`no engine at ${endpoint}: there is no such socket`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return absent(`no engine at ${endpoint}: the host's name is not known`)
    case 'ECONNREFUSED':
      return { reason: 'refused', what: `no engine is listening at ${endpoint}`, fix: startEngine }
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        reason: 'refused',
        what: `the engine at ${endpoint} cannot be reached over the network`,
        fix: 'check the address, the network and the firewall',
      }
    case 'EACCES':
    case 'EPERM':
      return {
        reason: 'denied',
        what: `this user may not open the engine's socket ${endpoint}`,
        fix: 'join the group docker: `sudo usermod -aG docker "$USER"`, then log out and in again',
      }
    default:
      return isTlsFailure(code, message)
        ? {
            reason: 'denied',
            what: `the connection to the engine at ${endpoint} cannot be trusted: ${message}`,
            fix: 'check ca.pem, cert.pem and key.pem in the folder that DOCKER_CERT_PATH names',
          }
        : {
            reason: 'broken',
            what: `the connection to the engine at ${endpoint} broke`,
            fix: startEngine,
          }
  }
}

function absent(what: string): Explanation {
  return {
    reason: 'absent',
    what,
    fix: [startEngine, 'or name another one: DOCKER_HOST=unix:///path/to/docker.sock'],
  }
}

function isTlsFailure(code: string, message: string): boolean {
  return /CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code) || /certificate|tlsv1|ssl/i.test(message)
}
