import { type Dependency, parseDependency } from '../../../src/config/dependency.ts'
import type { InstallPlan } from '../../../src/image/install-plan.ts'
import { resolveDependencies } from '../../../src/image/resolve-dependencies.ts'
import { reportOf, valueOf } from '../config/reading.ts'

/** The plan of dependencies as they are written in agent.yaml. */
export function planOf(...texts: readonly string[]): InstallPlan {
  return valueOf(resolveDependencies(texts.map(dependencyOf), 'agent.yaml'))
}

/** What is wrong with them, as a user sees it. */
export function refusalsOf(...texts: readonly string[]): string[] {
  return reportOf(resolveDependencies(texts.map(dependencyOf), 'agent.yaml'))
}

function dependencyOf(text: string): Dependency {
  const result = parseDependency(text)
  if (!result.ok) throw new Error(result.what)
  return result.value
}
