import { errorCode, messageOf } from '../lib/errors.ts'

/** Why there is no response. Decides between retry, 502, 503 and 504. */
export type UpstreamFailure =
  /** Nothing accepts there. */
  | { kind: 'refused' }
  /** Accepted, then closed without a byte: what docker-proxy does when nothing listens behind it. */
  | { kind: 'closed' }
  /** It cannot be reached at all, for this reason. */
  | { kind: 'unreachable'; reason: string }
  | { kind: 'connect-timeout' }
  /** It answered, but not with HTTP that may be passed on. */
  | { kind: 'bad-response'; reason: string }

const reasons: Record<string, string> = {
  ENOTFOUND: 'its host name is not known',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  EMFILE: 'the proxy has too many connections open',
  ENFILE: 'the machine has too many files open',
  EACCES: 'the proxy is not permitted to connect',
}

/** What a connection error means for the request. */
export function failureOf(error: unknown): UpstreamFailure {
  const code = errorCode(error)
  // ENOENT: the relay's Unix socket is not there, so neither is what was behind it.
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return { kind: 'refused' }
  if (code === 'ECONNRESET') return { kind: 'closed' }
  if (code === 'ETIMEDOUT') return { kind: 'connect-timeout' }
  return { kind: 'unreachable', reason: reasons[code ?? ''] ?? messageOf(error) }
}
