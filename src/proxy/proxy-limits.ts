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
  /** Clients beyond these that are waited for until they have read their 503; more are closed at once. */
  clientsTurnedAway: number
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
  clientsTurnedAway: 450,
}

/** What the daemon itself has open: its database, log, listeners, sockets of commands. */
const ownDescriptors = 64

/**
 * The limits of a process that may open only so many files, so that it runs out of clients it lets in before it runs out of
 * descriptors: then it could not even say no. Two for each client, a tenth is left free.
 */
export function limitsWithin(
  descriptors: number,
): Pick<ProxyLimits, 'clients' | 'clientsTurnedAway' | 'tunnelsPerAgent'> {
  const room = Math.max(1, Math.floor(((descriptors - ownDescriptors) * 0.9) / 2))
  const clients = Math.min(defaultLimits.clients, room)
  return {
    clients,
    clientsTurnedAway: Math.min(defaultLimits.clientsTurnedAway, Math.ceil(clients / 20)),
    tunnelsPerAgent: Math.min(defaultLimits.tunnelsPerAgent, clients),
  }
}
