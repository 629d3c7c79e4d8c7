import { UserError } from '../lib/errors.ts'

/** What is known of a failed build. */
export type BuildFailure = {
  /** `[2/3] RUN make`; absent when the Dockerfile could not even be read. */
  stepName?: string
  /** The last lines that the step put out, oldest first. */
  lastLines: readonly string[]
  /** Lines of the Dockerfile, counted from 1. */
  position?: { startLine: number; endLine: number }
  /** What the builder said. */
  reason: string
}

/** How many lines of its output a failed step is shown with. */
export const shownLogLines = 20

/** A step's name holds all lines of its command. */
const shownNameLength = 120

/** The Dockerfile could not be built; the builder itself works. */
export class BuildFailedError extends UserError {
  readonly failure: BuildFailure

  constructor(dockerfileName: string, failure: BuildFailure, options: { cause?: unknown } = {}) {
    const { stepName, position, reason } = failure
    const place = position === undefined ? '' : `:${position.startLine}`
    const step = stepName === undefined ? '' : ` at step ${JSON.stringify(start(stepName))}`
    super(`the build of ${dockerfileName}${place} failed${step}: ${reason}`, {
      ...options,
      fix: `edit ${dockerfileName}${position === undefined ? '' : ` at line ${position.startLine}`}`,
      exitCode: 125,
    })
    this.failure = failure
  }
}

function start(name: string): string {
  return name.length > shownNameLength ? `${name.slice(0, shownNameLength)}…` : name
}
