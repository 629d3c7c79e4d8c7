import type { ProjectConfig } from '../config/project-config.ts'
import type { ConfigResult } from '../config/problem.ts'
import type { RuntimeEntry } from './catalogue-entry.ts'
import type { Chosen, InstallPlan } from './install-plan.ts'
import { resolveDependencies } from './resolve-dependencies.ts'

/** Where a run's image comes from: one that exists and is pulled, or one to build by a plan. */
export type ImageChoice =
  | { kind: 'existing'; reference: string; source: 'image' | 'runtime' | 'default' }
  | { kind: 'build'; plan: InstallPlan }

/** For a run that asks for nothing, and what several languages are put on. */
const DEBIAN = 'debian:bookworm-slim'

/**
 * Decides which image a configuration means, or tells what is wrong with its dependencies. A single language is its official
 * image as it is, without a build.
 */
export function imageFor(
  config: Pick<ProjectConfig, 'file' | 'image' | 'dependencies'>,
): ConfigResult<ImageChoice> {
  const { file, image, dependencies } = config
  if (image !== undefined) return existing(image, 'image')
  if (dependencies.length === 0) return existing(DEBIAN, 'default')
  const resolved = resolveDependencies(dependencies, file)
  if (!resolved.ok) return resolved
  const plan = resolved.value
  return isRuntimeAlone(plan)
    ? existing(baseReference(plan), 'runtime')
    : { ok: true, value: { kind: 'build', plan } }
}

/** What a Dockerfile of this plan begins with: the only language's official image, or Debian for none or several. */
export function baseReference({ runtimes: [first, ...others] }: InstallPlan): string {
  if (first === undefined || others.length > 0) return DEBIAN
  const { version, entry } = first
  return `${entry.repository}:${version}${entry.suffix}`
}

/** Languages that are copied from their official images, because there are several. */
export function copiedRuntimes({ runtimes }: InstallPlan): readonly Chosen<RuntimeEntry>[] {
  return runtimes.length > 1 ? runtimes : []
}

/** The official image that a language is copied from. */
export function copyReference({ version, entry }: Chosen<RuntimeEntry>): string {
  return `${entry.repository}:${version}${entry.beside.suffix}`
}

function existing(
  reference: string,
  source: 'image' | 'runtime' | 'default',
): ConfigResult<ImageChoice> {
  return { ok: true, value: { kind: 'existing', reference, source } }
}

function isRuntimeAlone(plan: InstallPlan): boolean {
  const { runtimes, archives, scripts, debianPackages, packages, dockerMode } = plan
  const others = [archives, scripts, debianPackages, ...Object.values(packages)]
  return (
    dockerMode === undefined && runtimes.length === 1 && others.every((list) => list.length === 0)
  )
}
