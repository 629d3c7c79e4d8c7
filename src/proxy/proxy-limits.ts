/** Every bound of the data plane. Times in milliseconds, sizes in bytes. */
export type ProxyLimits = {
  /** A request's head; more is answered with 431. */
  headBytes: number
  /** A response's head; more is answered with 502. */
  responseHeadBytes: number
  /** What a client may send ahead of its turn before reading from it stops. */
  aheadBytes: number

  /** From the first byte of a head to its last; then 408. */
  headMs: number
  /** Between requests on one connection. */
  idleMs: number
  /** Until an upstream accepts; then 504. */
  connectMs: number
  /** Until we answer `Expect: 100-continue` ourselves, when the upstream does not. */
  expectMs: number
  /** After our FIN, until a client that does not close is cut off. */
  lingerMs: number
  /** How long a response may make no progress after the client's FIN. */
  abandonedMs: number
  /** How long a tunnel may be silent after one side's FIN. */
  halfClosedMs: number
  /** How long a request may wait for a connection to its upstream; then 503. */
  queueMs: number
  /** How long an unused connection to an upstream is kept. */
  upstreamIdleMs: number
  /** How recently a connection must have worked to carry a request that may not be repeated. */
  provenMs: number
  /** For the runtime's word on why a service does not answer. */
  explainMs: number
  /** How long a service that never answered counts as starting (503) and not as dead (502). */
  startingMs: number
  /** For open exchanges to end when the proxy stops. */
  stopMs: number
  /** By how much any of these may be early or late. */
  tickMs: number

  /** Connections to one upstream, tunnels not counted. */
  connectionsPerUpstream: number
  /** Requests that wait for one upstream; more are answered with 503. */
  queuePerUpstream: number
  /** Open WebSockets (and other upgraded connections) of one agent; more are answered with 503. */
  tunnelsPerAgent: number
  /** Connections of clients; each may need a second descriptor for its upstream. */
  clients: number
}

/** What applies unless something else is asked for. */
export const defaultLimits: ProxyLimits = {
  headBytes: 64 * 1024,
  responseHeadBytes: 256 * 1024,
  aheadBytes: 256 * 1024,
  headMs: 10_000,
  idleMs: 60_000,
  connectMs: 5_000,
  expectMs: 1_000,
  lingerMs: 2_000,
  abandonedMs: 2_000,
  halfClosedMs: 60_000,
  queueMs: 10_000,
  upstreamIdleMs: 60_000,
  provenMs: 500,
  explainMs: 2_000,
  startingMs: 60_000,
  stopMs: 1_000,
  tickMs: 250,
  connectionsPerUpstream: 256,
  queuePerUpstream: 1_024,
  tunnelsPerAgent: 8_000,
  clients: 9_000,
}

/** Of the descriptors a process may open, a tenth is for everything but connections; a client may need two. */
const descriptorsPerClient = 2 / 0.9

/**
 * How many clients a process with so many descriptors can serve. Without a descriptor left there is not even a way to
 * turn a client away: the system reports it again and again, and nobody is served.
 */
export function clientsWithin(descriptors: number): number {
  return Math.min(defaultLimits.clients, Math.floor(descriptors / descriptorsPerClient))
}
