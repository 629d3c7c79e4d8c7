import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeInPrivateFolder } from '../platform/private-file.ts'
import { sha256Hex } from '../platform/sha256.ts'
import type { ContainerSpec, MountSpec, VolumeMount } from '../runtime/container-spec.ts'
import { HOME } from './container-spec-of.ts'
import type { RunContext } from './run-context.ts'
import { homeLabels } from './run-labels.ts'
import type { StartOptions } from './start-options.ts'

/** Files of a home folder's own folder: the home itself, and the path of the project it belongs to. */
export const HOME_FOLDER = { home: 'home', workspace: 'workspace' } as const

/** A home that outlives the run, as its container gets it. */
type HomeMount = { volume: VolumeMount } | { folder: MountSpec }

/**
 * Makes the home of a project that is to have one, unless it is there. It belongs to no run, and so is in no run's
 * record: labels (of a volume) or its place (of a folder) say whose it is.
 */
export async function makeHome(
  { plan, runtime, hostEnv }: StartOptions,
  { homeId, version, paths }: RunContext,
): Promise<HomeMount | undefined> {
  if (plan.home !== 'persistent') return undefined
  const { workspace, user } = plan
  const name = homeName(homeId, workspace)
  if (runtime.volumes === undefined) {
    const folder = join(paths.homes, name)
    writeInPrivateFolder(join(folder, HOME_FOLDER.workspace), workspace, 0o600)
    const source = join(folder, HOME_FOLDER.home)
    mkdirSync(source, { recursive: true, mode: 0o755 })
    return { folder: { source, target: HOME, readonly: false } }
  }
  const labels = homeLabels({ homeId, workspace, version, env: hostEnv })
  await runtime.volumes.ensure({ name, labels })
  return { volume: { name, target: HOME, ...(user !== undefined && { owner: user }) } }
}

/** The container with that home, if any. */
export function withHome(spec: ContainerSpec, home: HomeMount | undefined): ContainerSpec {
  if (home === undefined) return spec
  if ('folder' in home) return { ...spec, mounts: [...spec.mounts, home.folder] }
  return { ...spec, volumes: [...(spec.volumes ?? []), home.volume] }
}

/** Name of the volume or folder that holds the home of a project. */
function homeName(homeId: string, workspace: string): string {
  return `agentops-home-${sha256Hex(`${homeId}\0${workspace}`).slice(0, 16)}`
}
