import type { Dependency } from '../config/dependency.ts'
import type { ProjectConfig } from '../config/project-config.ts'

/** Where a run's image comes from: one that exists and is pulled, or one to build for its dependencies. */
export type ImageChoice =
  | { kind: 'existing'; reference: string; source: 'image' | 'runtime' | 'default' }
  | { kind: 'build'; dependencies: readonly Dependency[] }

/** For a run that asks for nothing. */
const DEFAULT_IMAGE = 'debian:bookworm-slim'

/** Official images by language; the version stands for one that is not asked for. */
const LANGUAGE_IMAGES: Readonly<
  Record<string, { repository: string; defaultVersion: string; suffix: string }>
> = {
  node: { repository: 'node', defaultVersion: '22', suffix: '-slim' },
  python: { repository: 'python', defaultVersion: '3.11', suffix: '-slim' },
  // There is no slim golang image.
  go: { repository: 'golang', defaultVersion: '1.22', suffix: '' },
}

/** Decides which image a configuration means. A single language is its official image as it is, without a build. */
export function imageFor(config: Pick<ProjectConfig, 'image' | 'dependencies'>): ImageChoice {
  const { image, dependencies } = config
  if (image !== undefined) return { kind: 'existing', reference: image, source: 'image' }
  const [first, ...others] = dependencies
  if (first === undefined) return { kind: 'existing', reference: DEFAULT_IMAGE, source: 'default' }
  const reference = others.length === 0 ? languageImage(first) : undefined
  if (reference === undefined) return { kind: 'build', dependencies }
  return { kind: 'existing', reference, source: 'runtime' }
}

function languageImage(dependency: Dependency): string | undefined {
  if (dependency.kind !== 'catalogue' || !Object.hasOwn(LANGUAGE_IMAGES, dependency.name)) {
    return undefined
  }
  const language = LANGUAGE_IMAGES[dependency.name]
  if (language === undefined) return undefined
  const { repository, defaultVersion, suffix } = language
  return `${repository}:${dependency.version ?? defaultVersion}${suffix}`
}
