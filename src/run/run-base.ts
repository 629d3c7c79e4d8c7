import type { ProjectConfig } from '../config/project-config.ts'
import { imageFor } from '../image/base-image.ts'
import { UserError } from '../lib/errors.ts'
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

/** The image that a project asks for. */
export function imageBase(project: ProjectConfig): RunBase {
  const image = imageFor(project)
  if (image.kind === 'build')
    throw new UserError('an image of several dependencies is not available yet', { exitCode: 2 })
  return { image: image.reference, imageSource: image.source, mounts: [], env: {} }
}
