import { loadProjectConfig } from '../../../src/config/load-project-config.ts'
import { type ConfigResult, problemError } from '../../../src/config/problem.ts'
import type { ProjectConfig } from '../../../src/config/project-config.ts'

/** The configuration of a text that holds no problem. */
export function configOf(text: string): ProjectConfig {
  return valueOf(loadProjectConfig({ text, file: 'agent.yaml' }))
}

/** Every problem as a user sees it: `agent.yaml:1:1: what | fix`. */
export function problemsOf(text: string): string[] {
  return reportOf(loadProjectConfig({ text, file: 'agent.yaml' }))
}

export function valueOf<T>(result: ConfigResult<T>): T {
  if (result.ok) return result.value
  throw problemError(result.problems[0])
}

export function reportOf(result: ConfigResult<unknown>): string[] {
  if (result.ok) return []
  return result.problems.map((problem) => {
    const { message, fixes } = problemError(problem)
    return [message, ...fixes].join(' | ')
  })
}
