import type { ContainerRuntime } from './container-runtime.ts'
import type { ImageBuilder } from './image-builder.ts'

/** Somebody who could build images for a runtime. */
export type BuilderCandidate = {
  /** In messages: `BuildKit at tcp://builder:1234`, `the engine's BuildKit`. */
  name: string
  builder: ImageBuilder
  /** `RUN --mount=type=cache` works. */
  hasCacheMounts: boolean
  /** What it builds comes as a tarball, because the runtime's store is not its own. */
  isElsewhere: boolean
  /** Where it cannot be reached, the next one is asked; nobody named it. */
  isOptional: boolean
}

/** Who can build for this runtime, the best first; empty for one without images. */
export type FindBuilders = (runtime: ContainerRuntime) => Promise<readonly BuilderCandidate[]>
