import type { Duplex, Readable } from 'node:stream'

/** One HTTP request to an engine, as it goes over the wire. */
export type TransportRequest = {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** With the API version, without a query. */
  path: string
  query: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string>>
  /** Sent as JSON. */
  body?: object
  /** Sent as it is, in place of `body`. */
  upload?: Upload
  /** Aborts the request and a response body that is still being read. */
  signal: AbortSignal
}

/** A body that is made while it is sent. */
export type Upload = { contentType: string; bytes: Readable }

export type TransportResponse = {
  status: number
  headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** To be read to its end or destroyed. */
  body: Readable
}

/** The raw connection that a request with `upgrade` became, paused; bytes that came with the 101 are in it. */
export type Upgrade = { status: 101; connection: Duplex }

/** How requests reach one engine. Rejects with the socket's error, whatever HTTP status resolves. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>
  /** Asks for `Upgrade: <protocol>` (hijacking); an engine that refuses answers like any other request. */
  upgrade(request: TransportRequest, protocol: 'tcp' | 'h2c'): Promise<Upgrade | TransportResponse>
}
