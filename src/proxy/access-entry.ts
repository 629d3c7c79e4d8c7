import type { HostBlock } from './host-block.ts'

/** One request that was passed to a service of a run, told when it is over. */
export type AccessEntry = {
  runId: string
  agent: string
  service: string
  /** When the request came in, in milliseconds since 1970. */
  atMs: number
  method: string
  /** As the client sent it, never decoded; may hold any byte but blanks and controls. */
  target: string
  /** What the client got; 0 = it left before there was an answer; 101 = a tunnel was opened. */
  status: number
  /** Bytes of the body as it was sent to the client. */
  bodyBytes: number
  durationMs: number
  /** The service refused the host by itself, as dev servers do. */
  hostBlock?: HostBlock
}
