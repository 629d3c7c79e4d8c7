import { UserError } from '../lib/errors.ts'

/** The container was made but its command could not be run: 127 not found, 126 not executable, 125 otherwise. */
export class StartError extends UserError {
  constructor(
    what: string,
    exitCode: 125 | 126 | 127,
    options: { fix?: string | readonly string[]; cause?: unknown } = {},
  ) {
    super(what, { ...options, exitCode })
  }
}
