/** What the runtime's side knows about a service that does not answer. */
export type ServiceCondition =
  /** The run started this long ago; something listens, at last or still, or not. */
  | { kind: 'starting'; sinceMs: number; listens: boolean }
  | { kind: 'stopped' }
  | { kind: 'exited'; exitCode: number }
  /** It runs, but nothing listens on the service's port. */
  | { kind: 'not-listening' }
  /** It listens on the container's own 127.0.0.1 only, where nobody outside can reach it. */
  | { kind: 'loopback-only' }
  /** The container's port is not published. */
  | { kind: 'not-published' }
  /** The runtime itself cannot be asked. */
  | { kind: 'unreachable'; reason: string }
  | { kind: 'unknown' }
