import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { isWithin } from '../config/mount.ts'
import { UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import type { MountSpec } from '../runtime/container-spec.ts'

/** Places on the host that give away more than a project. */
export type GuardedPlaces = {
  homeDir: string
  stateDir: string
  /** Sockets of engines: who can write to one owns the machine. */
  engineSockets: readonly string[]
}

/**
 * Refuses mounts (the workspace among them) that are, lie in or hold a guarded place: the root folder,
 * the home folder, `~/.ssh`, our state, an engine's socket. Sources are real paths: links are resolved.
 * @throws UserError unless `allowed`
 */
export function guardMounts(
  mounts: readonly MountSpec[],
  places: GuardedPlaces,
  allowed: boolean,
): void {
  if (allowed) return
  for (const { source, target } of mounts) {
    const reason = dangerOf(source, places)
    if (reason === undefined) continue
    throw new UserError(`mounting ${quoted(source)} at ${target} would give away ${reason}`, {
      fix: [
        'mount a folder that holds only what the run needs',
        'agent run --allow-unsafe-mount, if you mean it',
      ],
      exitCode: 2,
    })
  }
}

function dangerOf(source: string, places: GuardedPlaces): string | undefined {
  const { homeDir, stateDir, engineSockets } = places
  if (source === '/') return 'the whole machine'
  const homes = spellings(homeDir)
  const inside: [string, string][] = [
    ...withWhat([join(homeDir, '.ssh')], 'your SSH keys'),
    ...withWhat([stateDir], "this program's state"),
    ...withWhat(engineSockets, "the engine's socket"),
  ]
  for (const [place, what] of inside) if (isWithin(source, place)) return what
  if (homes.some((home) => isWithin(home, source))) return 'your whole home folder'
  for (const [place, what] of inside) if (isWithin(place, source)) return what
  return undefined
}

function withWhat(places: readonly string[], what: string): [string, string][] {
  return places.flatMap(spellings).map((place) => [place, what])
}

/** A place as it was named and without links: `/var/run/docker.sock` is `/run/docker.sock` on most machines. */
function spellings(place: string): string[] {
  return [...new Set([place, realPlace(place)])]
}

/** The real path of what may not exist yet: without links, as far as it exists. */
export function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(realPlace(folder), basename(path))
  }
}

/** The path of a `unix://` endpoint, for the guard. */
export function socketOf(endpoint: string): string[] {
  const path = endpoint.startsWith('unix://') ? endpoint.slice('unix://'.length) : ''
  return isAbsolute(path) ? [path] : []
}
