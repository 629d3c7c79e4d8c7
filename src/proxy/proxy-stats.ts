/** Counters since the proxy started, and what is open now. */
export type ProxyStats = {
  /** Requests whose head was understood, those for our own pages included. */
  requests: number
  /** Requests sent a second time, because a kept connection had just been closed by its upstream. */
  retries: number
  /** Requests answered with 502, 503 or 504 because of their upstream. */
  failures: number
  /** Connections of clients. */
  openConnections: number
  /** Connections to upstreams, tunnels not counted, and how many of them are unused. */
  upstreamConnections: number
  idleUpstreamConnections: number
  tunnels: number
}

/** Of a proxy that is not there. */
export const noStats: ProxyStats = {
  requests: 0,
  retries: 0,
  failures: 0,
  openConnections: 0,
  upstreamConnections: 0,
  idleUpstreamConnections: 0,
  tunnels: 0,
}
