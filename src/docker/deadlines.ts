/**
 * How long the engine may take to answer, in milliseconds. For streams, and for whatever upgrades the
 * connection, until the head of the response; after that the caller's signal ends them.
 */
export const deadlines = {
  /** An engine that does not answer `/_ping` in this time is not usable. */
  pingMs: 5_000,
  readMs: 15_000,
  changeMs: 60_000,
  /** Starting includes setting up the network and an OCI runtime that may be slow. */
  startMs: 120_000,
  /** On top of the grace time of a stop. */
  stopMs: 30_000,
  networkMs: 30_000,
  /** Until a registry was asked; it may be far away and slow. */
  pullHeadMs: 120_000,
  /** Until everything that was uploaded has been taken. */
  uploadMs: 1_800_000,
  /** Between two messages of a pull: unpacking a big layer is silent. */
  pullSilenceMs: 600_000,
} as const
