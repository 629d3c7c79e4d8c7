/** What went wrong first: giving things back afterwards (`using`) may have failed as well, and is not what to tell. */
export function firstError(error: unknown): unknown {
  return error instanceof SuppressedError ? firstError(error.suppressed) : error
}
