import type { BuildProgress } from '../runtime/image-builder.ts'

/** What a starting run tells of itself while it starts. */
export interface RunProgress {
  /** A line the user should see. */
  notice(line: string): void
  /** Replaces the current step's line; only shown when the step takes long. */
  status(line: string): void
  /** Takes the progress of a build of `what`. */
  building(what: string): (progress: BuildProgress) => void
  /** Runs a step and keeps how long it took, for `--timings`. */
  timed<T>(step: string, work: () => Promise<T>): Promise<T>
}
