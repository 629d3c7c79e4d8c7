import { UserError } from '../lib/errors.ts'
import { pullWords } from './pull-failure.ts'

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

/** The step that a builder pulls a base image in, by its name: BuildKit's three, and the classic builder's. */
const pullSteps: readonly RegExp[] = [
  /load metadata for (\S+)/,
  /^resolve image config for (?:docker-image:\/\/)?(\S+)/,
  /^(?:\[[^\]]*\] )?FROM (?:--platform=\S+ )?(\S+)/i,
]

/** The image that a step pulls, as a user writes it; undefined when the step does something else. */
function imageOfStep(stepName: string): string | undefined {
  const [, reference] = pullSteps.map((pattern) => pattern.exec(stepName)).find(Boolean) ?? []
  return reference?.replace(/^docker\.io\/(?:library\/)?/, '')
}

/** The Dockerfile could not be built; the builder itself works. */
export class BuildFailedError extends UserError {
  readonly failure: BuildFailure
  /** The image that could not be pulled, when that is why: nothing is wrong with the Dockerfile then. */
  readonly image?: string

  constructor(dockerfileName: string, failure: BuildFailure, options: { cause?: unknown } = {}) {
    const { stepName, position, reason } = failure
    const place = position === undefined ? '' : `:${position.startLine}`
    const step = stepName === undefined ? '' : ` at step ${JSON.stringify(start(stepName))}`
    const image = stepName === undefined ? undefined : imageOfStep(stepName)
    const { what, fix } =
      image === undefined
        ? {
            what: `the build of ${dockerfileName}${place} failed${step}: ${reason}`,
            fix: `edit ${dockerfileName}${position === undefined ? '' : ` at line ${position.startLine}`}`,
          }
        : pullWords({ reference: image, reason })
    super(what, { ...options, fix, exitCode: 125 })
    this.failure = failure
    if (image !== undefined) this.image = image
  }
}

function start(name: string): string {
  return name.length > shownNameLength ? `${name.slice(0, shownNameLength)}…` : name
}
