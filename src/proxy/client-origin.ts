/** Where a client's connection comes from. */
export type ClientOrigin = {
  /** The peer's address as the system tells it. */
  address: string
  /** From within this run: only the names of that run are answered. */
  runId?: string
}
