/** The engine answered with an error. Internal: what users can act on is turned into a `UserError`. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly status: number
  readonly method: string
  readonly path: string
  /** The engine's own words. */
  readonly reason: string

  constructor(
    answer: { status: number; method: string; path: string; reason: string },
    options: { cause?: unknown } = {},
  ) {
    super(`${answer.method} ${answer.path}: ${answer.status} ${answer.reason}`, options)
    this.status = answer.status
    this.method = answer.method
    this.path = answer.path
    this.reason = answer.reason
  }
}

/** True for an answer of the engine with one of these HTTP statuses. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is EngineError {
  return error instanceof EngineError && statuses.includes(error.status)
}

/** Undefined when the engine says that what was asked for is not there (404). */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (hasStatus(error, 404)) return undefined
    throw error
  }
}
