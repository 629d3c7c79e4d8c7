import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { byText } from '../lib/by-text.ts'
import { errorCode } from '../lib/errors.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import { LABEL_WORKSPACE } from '../runtime/labels.ts'
import type { VolumeStore } from '../runtime/volume-store.ts'
import { HOME_FOLDER } from './project-home.ts'
import type { RunContext } from './run-context.ts'
import { selectHomes } from './run-labels.ts'

/** A home that outlives the runs of its project. */
export type StoredHome = {
  kind: 'volume' | 'folder'
  /** Of the volume, or path of the folder. */
  name: string
  /** Real path the project has or had. */
  workspace: string
  /** Gone already is no error; one that a container uses is a `UserError`. */
  remove: (signal: AbortSignal) => Promise<void>
}

/** The homes of this state folder's projects that a runtime holds, ordered by project. */
export async function listHomes(
  { volumes }: ContainerRuntime,
  { homeId, paths }: Pick<RunContext, 'homeId' | 'paths'>,
  signal: AbortSignal,
): Promise<StoredHome[]> {
  const homes =
    volumes === undefined ? homeFolders(paths.homes) : await homeVolumes(volumes, homeId, signal)
  return homes.sort(byText(({ workspace }) => workspace))
}

async function homeVolumes(
  volumes: VolumeStore,
  homeId: string,
  signal: AbortSignal,
): Promise<StoredHome[]> {
  const found = await volumes.list(selectHomes(homeId), signal)
  return found.map(({ name, labels }) => ({
    kind: 'volume',
    name,
    workspace: labels[LABEL_WORKSPACE] ?? '',
    remove: (limit) => volumes.remove(name, limit),
  }))
}

function homeFolders(folder: string): StoredHome[] {
  return namesIn(folder).flatMap((entry): StoredHome[] => {
    const name = join(folder, entry)
    const workspace = textOf(join(name, HOME_FOLDER.workspace))
    if (workspace === undefined) return []
    return [{ kind: 'folder', name, workspace, remove: async () => removeFolder(name) }]
  })
}

/** Caches (Go's modules) hold folders that nobody may write to, their owner included. */
function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error
    makeWritable(path)
    rmSync(path, { recursive: true, force: true })
  }
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) makeWritable(join(folder, entry.name))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
