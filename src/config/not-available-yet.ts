import { type Dependency, formatDependency } from './dependency.ts'
import type { Position, Problem } from './problem.ts'
import { inFileOrder } from './problem.ts'
import type { Placed, ProjectConfig } from './project-config.ts'
import { LANGUAGES } from './choices.ts'

/**
 * What a configuration asks for that this version cannot do. Asking is no mistake, but a run that went on
 * without it would do less than its file says.
 */
export function notAvailableYet(config: ProjectConfig): Problem[] {
  return problemsOf(config, missingValues(config))
}

/** The same for what an image would have to be built for; a runtime without images may have it all the same. */
export function notBuiltYet(config: ProjectConfig): Problem[] {
  return problemsOf(config, missingDependencies(config.dependencies))
}

function problemsOf(config: ProjectConfig, missing: readonly Missing[]): Problem[] {
  return inFileOrder(
    missing.map(({ what, fix, at }) => ({
      file: config.file,
      ...(at !== undefined && { at }),
      what: `${what} not available yet`,
      fix,
    })),
  )
}

type Missing = { what: string; fix: string; at: Position | undefined }

function missingValues(config: ProjectConfig): Missing[] {
  const { home, container } = config
  const checks: readonly [isUsed: boolean, key: string, what: string, fix: string][] = [
    [home === 'persistent', 'home', 'home: persistent is', 'remove home'],
    [
      container.runtime === 'apple',
      'container.runtime',
      'container.runtime: apple is',
      'remove it, or write docker or embedded',
    ],
    [container.memoryBytes !== undefined, 'container.memory', 'container.memory is', 'remove it'],
    [container.cpus !== undefined, 'container.cpus', 'container.cpus is', 'remove it'],
    [container.pids !== undefined, 'container.pids', 'container.pids is', 'remove it'],
    [container.builderDns.length > 0, 'container.apple', 'container.apple is', 'remove it'],
  ]
  return checks
    .filter(([isUsed]) => isUsed)
    .map(([, key, what, fix]) => ({ what, fix, at: config.positions.get(key) }))
}

/** One language has an official image, which is used as it is. Everything else has to be built. */
function missingDependencies(dependencies: readonly Placed<Dependency>[]): Missing[] {
  const languages = dependencies.filter(isLanguage)
  const others = dependencies.filter((dependency) => !isLanguage(dependency))
  const fix = `keep one of ${LANGUAGES.join(', ')}, or give an image that has all of it instead of dependencies`
  return [
    ...others.map((dependency) => ({
      what: `dependency ${formatDependency(dependency)} is`,
      fix,
      at: dependency.at,
    })),
    ...languages.slice(1).map((dependency) => ({
      what: `dependency ${formatDependency(dependency)} beside another language is`,
      fix,
      at: dependency.at,
    })),
  ]
}

function isLanguage(dependency: Dependency): boolean {
  return dependency.kind === 'catalogue' && LANGUAGES.some((name) => name === dependency.name)
}
