/** From the request to the established connection: looking up the name and trying its addresses. */
export const CONNECT_LIMIT_MS = 10_000

/** Connections that one run may use at the same time. */
export const CONNECTIONS_MAX = 512

/** All connections of one run, also those that say nothing: more are closed at once, unanswered. */
export const ACCEPTED_MAX = 1024

/** From the connection, or the end of the request before, to a whole request head. */
export const HEAD_LIMIT_MS = 60_000

/** An error that carries a system error code, like those of sockets. */
export function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code })
}
