import { problemsError } from '../config/problem.ts'
import type { ProjectConfig } from '../config/project-config.ts'
import { imageFor } from '../image/base-image.ts'
import type { Architecture } from '../image/catalogue-entry.ts'
import { recipeOf } from '../image/image-recipe.ts'
import type { InstallPlan } from '../image/install-plan.ts'
import { UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import type { MountSpec } from '../runtime/container-spec.ts'
import { LABEL_VERSION } from '../runtime/labels.ts'
import type { PlannedBuild } from './planned-build.ts'

/** What a run's command finds in its file system: an image, or on a runtime without images this machine's programs. */
export type RunBase = {
  image: string
  /** In words: `agent.yaml image`, `dependencies: node`. */
  imageSource: string
  /** Folders of programs that lie where the run would not see them. */
  mounts: readonly MountSpec[]
  env: Readonly<Record<string, string>>
  /** When the image is one of ours, that may have to be built. */
  build?: PlannedBuild
}

/** The image that a project asks for. Throws every problem of its dependencies at once. */
export function imageBase(project: ProjectConfig, host: BuildHost): RunBase {
  const image = imageFor(project)
  if (!image.ok) throw problemsError(image.problems)
  const base = { mounts: [], env: {} }
  if (image.value.kind === 'existing') {
    const { reference, source } = image.value
    return { ...base, image: reference, imageSource: source }
  }
  const build = plannedBuild(image.value.plan, host, project.container.builderDns)
  return { ...base, image: build.tag, imageSource: 'dependencies', build }
}

/** For whom, and on what, an image is built. */
export type BuildHost = { arch: string; uid: number; gid: number; version: string }

/** Where the system has no user ids, in a virtual machine of the engine's, this one owns what is shared. */
const ORDINARY_ID = 1000

/** How to make the image of these dependencies for somebody; the same for any spelling of them. */
export function plannedBuild(
  plan: InstallPlan,
  host: BuildHost,
  nameServers: readonly string[],
): PlannedBuild {
  const options = {
    architecture: architectureOf(host.arch),
    user: host.uid < 0 ? { uid: ORDINARY_ID, gid: ORDINARY_ID } : { uid: host.uid, gid: host.gid },
  } as const
  const { tag, dockerfile, buildArgs, platform } = recipeOf(plan, { ...options, cacheMounts: true })
  const { dockerfile: plainDockerfile } = recipeOf(plan, { ...options, cacheMounts: false })
  const labels = { [LABEL_VERSION]: host.version }
  return {
    tag,
    dockerfile,
    plainDockerfile,
    buildArgs,
    labels,
    platform,
    ...(nameServers.length > 0 && { nameServers }),
  }
}

function architectureOf(arch: string): Architecture {
  if (arch === 'x64') return 'amd64'
  if (arch === 'arm64') return 'arm64'
  throw new UserError(`there are no images for the processor ${quoted(arch)}`, {
    fix: 'use a machine with an amd64 or arm64 processor',
  })
}
