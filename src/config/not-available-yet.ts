import type { Position, Problem } from './problem.ts'
import { inFileOrder } from './problem.ts'
import type { ProjectConfig } from './project-config.ts'

/**
 * What a configuration asks for that this version cannot do. Asking is no mistake, but a run that went on
 * without it would do less than its file says.
 */
export function notAvailableYet(config: ProjectConfig): Problem[] {
  return inFileOrder(
    missingValues(config).map(({ what, fix, at }) => ({
      file: config.file,
      ...(at !== undefined && { at }),
      what: `${what} not available yet`,
      fix,
    })),
  )
}

type Missing = { what: string; fix: string; at: Position | undefined }

function missingValues(config: ProjectConfig): Missing[] {
  const { home } = config
  const checks: readonly [isUsed: boolean, key: string, what: string, fix: string][] = [
    [home === 'persistent', 'home', 'home: persistent is', 'remove home'],
  ]
  return checks
    .filter(([isUsed]) => isUsed)
    .map(([, key, what, fix]) => ({ what, fix, at: config.positions.get(key) }))
}
