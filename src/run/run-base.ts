import { notBuiltYet } from '../config/not-available-yet.ts'
import { problemsError } from '../config/problem.ts'
import type { ProjectConfig } from '../config/project-config.ts'
import { imageFor } from '../image/base-image.ts'
import type { MountSpec } from '../runtime/container-spec.ts'

/** What a run's command finds in its file system: an image, or on a runtime without images this machine's programs. */
export type RunBase = {
  image: string
  /** In words: `agent.yaml image`, `dependencies: node`. */
  imageSource: string
  /** Folders of programs that lie where the run would not see them. */
  mounts: readonly MountSpec[]
  env: Readonly<Record<string, string>>
}

/** The image that a project asks for. Throws every problem of its dependencies at once. */
export function imageBase(project: ProjectConfig): RunBase {
  const image = imageFor(project)
  if (!image.ok) throw problemsError(image.problems)
  if (image.value.kind === 'build') throw problemsError(notBuiltYet(project))
  const { reference, source } = image.value
  return { image: reference, imageSource: source, mounts: [], env: {} }
}
