import type { TimedSocket } from './timed-socket.ts'
import type { RefusalStatus } from './refusal.ts'
import type { Tunnel } from './tunnel.ts'

/** The client's side of an exchange. */
export interface ExchangeClient extends TimedSocket {
  /** Sends FIN after what waits; closes when the client had time to read it. */
  leave(): void
  refuse(status: RefusalStatus): void
  /** Keeps what belongs to the requests after this one. */
  keepAhead(bytes: Buffer, from: number): void
  /** Hands what was kept to the exchange. */
  replayAhead(): void
  /** The request and the response are through. */
  onExchangeDone(goesOn: boolean): void
  onTunnel(tunnel: Tunnel): void
}
