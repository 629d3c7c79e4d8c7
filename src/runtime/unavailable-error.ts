import { UserError } from '../lib/errors.ts'

/**
 * Why a runtime cannot be used: nothing is there, nobody accepts connections, we may not use it,
 * it accepts but does not answer in time, it answers with something we cannot work with, the
 * connection broke, or what names it makes no sense.
 */
export type UnavailableReason =
  | 'absent'
  | 'refused'
  | 'denied'
  | 'unanswered'
  | 'incompatible'
  | 'broken'
  | 'invalid'

/** The runtime itself is the obstacle, not what was asked of it. */
export class UnavailableError extends UserError {
  readonly reason: UnavailableReason
  /** Where the runtime was looked for, as in `ContainerRuntime.endpoint`. */
  readonly endpoint: string

  constructor(
    what: string,
    options: {
      reason: UnavailableReason
      endpoint: string
      fix?: string | readonly string[]
      cause?: unknown
    },
  ) {
    super(what, { ...options, exitCode: 125 })
    this.reason = options.reason
    this.endpoint = options.endpoint
  }
}
