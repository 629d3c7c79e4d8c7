import type { BenchHome } from './bench-home.ts'
import { fillRuns } from './fill-runs.ts'

/** What one case compares. `prepare` says why it cannot be measured, if it cannot. */
export type CliCase = {
  name: string
  /** Arguments after `agent` and `docker`. */
  ours: readonly string[]
  theirs: readonly string[]
  stateDir: string
  prepare: () => Promise<{ skip?: string }>
}

const manyRuns = 200

/** Whole-process comparisons of `agent` and the `docker` CLI that do the same for a user. */
export function cliCases(
  home: BenchHome,
  options: { image: string; hasEngine: boolean; hasImage: boolean },
): CliCase[] {
  const needsEngine = options.hasEngine ? {} : { skip: 'no Docker engine answers' }
  const needsImage = options.hasImage ? {} : { skip: `docker pull ${options.image} first` }
  return [
    {
      name: 'version',
      ours: ['--version'],
      theirs: ['--version'],
      stateDir: home.emptyState,
      prepare: async () => ({}),
    },
    {
      name: 'list',
      ours: ['list'],
      theirs: ['ps'],
      stateDir: home.emptyState,
      prepare: async () => needsEngine,
    },
    {
      name: 'list-200',
      ours: ['list', '-a'],
      theirs: ['ps', '-a'],
      stateDir: `${home.emptyState}-${manyRuns}`,
      prepare: async () =>
        options.hasEngine ? fillRuns(`${home.emptyState}-${manyRuns}`, manyRuns) : needsEngine,
    },
    {
      name: 'run',
      ours: ['run', '--sandbox', 'none', '--', 'true'],
      theirs: ['run', '--rm', options.image, 'true'],
      stateDir: home.runState,
      prepare: async () => (options.hasEngine ? needsImage : needsEngine),
    },
  ]
}
