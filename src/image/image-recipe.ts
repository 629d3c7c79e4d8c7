import type { Architecture } from './catalogue-entry.ts'
import { baseReferences, dockerfileOf } from './dockerfile.ts'
import { imageTagOf } from './image-tag.ts'
import type { InstallPlan } from './install-plan.ts'

/** Everything that a builder needs to make an image, and its name. */
export type ImageRecipe = {
  tag: string
  dockerfile: string
  buildArgs: Readonly<Record<string, string>>
  /** As in image indexes: `linux/amd64`. */
  platform: `linux/${Architecture}`
  baseReferences: readonly string[]
  /** Path in the build context → content. */
  contextFiles: Readonly<Record<string, string>>
}

/**
 * How to build the image of a plan.
 * @param options `user`: who the run's command is, by number; `cacheMounts`: whether BuildKit will build it
 */
export function recipeOf(
  plan: InstallPlan,
  options: {
    architecture: Architecture
    user: { uid: number; gid: number }
    cacheMounts: boolean
  },
): ImageRecipe {
  const { architecture, user, cacheMounts } = options
  const recipe = {
    buildArgs: { AGENT_GID: String(user.gid), AGENT_UID: String(user.uid) },
    platform: `linux/${architecture}`,
    baseReferences: baseReferences(plan),
    contextFiles: {},
    ...(plan.dockerMode !== undefined && { dockerMode: plan.dockerMode }),
  } as const
  const plain = dockerfileOf(plan, { architecture, cacheMounts: false })
  return {
    ...recipe,
    tag: imageTagOf({ ...recipe, dockerfile: plain }),
    dockerfile: cacheMounts ? dockerfileOf(plan, { architecture, cacheMounts }) : plain,
  }
}
