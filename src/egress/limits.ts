/** From the request to the established connection: looking up the name and trying its addresses. */
export const CONNECT_LIMIT_MS = 10_000

/** Connections that one run may have at the same time. */
export const CONNECTIONS_MAX = 512

/** An error that carries a system error code, like those of sockets. */
export function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code })
}
