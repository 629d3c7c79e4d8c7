import { createHash } from 'node:crypto'
import { byText } from '../lib/by-text.ts'
import { formatDependency } from './dependency.ts'
import { isWithin, resolveMountSource } from './mount.ts'
import type { Position } from './problem.ts'
import type { ProjectConfig } from './project-config.ts'

/** One thing in agent.yaml that gives a run more of this machine than a run gets by itself. */
export type WeakeningKey = {
  key: 'sandbox' | 'dependencies' | 'mounts' | 'container.user'
  /** As it would be written, with mounts' sources resolved: `/home/me/data:/data:ro`. */
  value: string
  at: Position | undefined
  /** Real source and target of a mount. */
  source?: string
  target?: string
}

/** All of them in a stable order, and what the user's consent is kept as. */
export type Weakening = {
  keys: readonly WeakeningKey[]
  /** SHA-256, hexadecimal, over exactly these keys and their values; nothing else in the file changes it. */
  hash: string
}

/** Where mounts lead, as the caller sees it. */
export type MountContext = {
  workspace: string
  homeDir: string
  /** The path without links, as far as it exists: a checkout may hold a link to anywhere. */
  realPath: (path: string) => string
}

/**
 * What weakens isolation in a file that a checkout, or the agent itself, may have written. A run with any of
 * these needs a flag that says the same or the user's consent. The hash holds the real sources of mounts, so
 * consent ends when a link is turned elsewhere; mount these sources, not the written ones.
 */
export function weakeningKeys(config: ProjectConfig, context: MountContext): Weakening {
  const found = [
    ...sandboxKeys(config),
    ...dockerKeys(config),
    ...mountKeys(config, context),
    ...userKeys(config),
  ]
  const canonical = JSON.stringify(found.map(({ key, parts }) => [key, ...parts]))
  return {
    keys: found.map(({ parts: _parts, ...key }) => key),
    hash: createHash('sha256').update(canonical).digest('hex'),
  }
}

/** `parts` are what the value consists of, so that no two values look alike in the hash. */
type Found = WeakeningKey & { parts: readonly string[] }

function sandboxKeys({ sandbox, positions }: ProjectConfig): Found[] {
  if (sandbox === undefined || sandbox === 'gvisor') return []
  return [{ key: 'sandbox', value: sandbox, parts: [sandbox], at: positions.get('sandbox') }]
}

function dockerKeys({ dependencies }: ProjectConfig): Found[] {
  return dependencies
    .filter(({ kind }) => kind === 'docker')
    .map((dependency) => {
      const value = formatDependency(dependency)
      return { key: 'dependencies', value, parts: [value], at: dependency.at } as const
    })
}

function mountKeys({ mounts }: ProjectConfig, context: MountContext): Found[] {
  const { workspace, homeDir, realPath } = context
  const realWorkspace = realPath(workspace)
  return mounts
    .map(({ source, target, readonly, at }) => {
      const realSource = realPath(resolveMountSource(source, { base: workspace, homeDir }))
      const parts = [realSource, target, readonly ? 'ro' : 'rw']
      const value = `${realSource}:${target}${readonly ? ':ro' : ''}`
      return { key: 'mounts', value, parts, at, source: realSource, target } as const
    })
    .filter((mount) => !isWithin(mount.source, realWorkspace))
    .sort(byText(({ parts }) => JSON.stringify(parts)))
}

function userKeys({ container, positions }: ProjectConfig): Found[] {
  if (container.user === 'host') return []
  const { user } = container
  return [
    { key: 'container.user', value: user, parts: [user], at: positions.get('container.user') },
  ]
}
