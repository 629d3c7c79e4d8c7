import type { BenchHome } from './bench-home.ts'
import { fillRuns } from './fill-runs.ts'
import { makeIdleContainers, removeIdleContainers } from './idle-containers.ts'
import { startLiveRun } from './live-run.ts'

/** What one case compares. */
export type CliCase = {
  name: string
  /** Arguments after `agent` and `docker`. */
  ours: readonly string[]
  theirs: readonly string[]
  stateDir: string
  /** Why it cannot be measured here; absent: it can. */
  skip?: string
  prepare?: () => Promise<void>
  cleanUp?: () => Promise<void>
}

const manyRuns = 200

/** Whole-process comparisons of `agent` and the `docker` CLI that do the same for a user. */
export function cliCases(
  home: BenchHome,
  options: { agent: string; docker: string; image: string; hasEngine: boolean; hasImage: boolean },
): CliCase[] {
  const { agent, image, hasEngine, hasImage } = options
  const needsEngine = hasEngine ? {} : { skip: 'no Docker engine answers' }
  const needsImage = hasEngine && !hasImage ? { skip: `docker pull ${image} first` } : needsEngine
  const manyState = `${home.emptyState}-${manyRuns}`
  const docker = (args: readonly string[]) => home.invocation(manyState, [options.docker, ...args])
  return [
    { name: 'version', ours: ['--version'], theirs: ['--version'], stateDir: home.emptyState },
    { name: 'list', ours: ['list'], theirs: ['ps'], stateDir: home.emptyState, ...needsEngine },
    {
      name: 'list-live',
      ours: ['list'],
      theirs: ['ps'],
      stateDir: home.liveState,
      ...needsImage,
      prepare: async () => startLiveRun(home.invocation(home.liveState, [agent])),
    },
    {
      name: `list-${manyRuns}`,
      ours: ['list', '-a'],
      theirs: ['ps', '-a'],
      stateDir: manyState,
      ...needsImage,
      prepare: async () => {
        fillRuns(manyState, manyRuns, home.workspace)
        await removeIdleContainers(docker)
        await makeIdleContainers(docker, { image, count: manyRuns })
      },
      cleanUp: () => removeIdleContainers(docker),
    },
    {
      name: 'run',
      ours: ['run', '--sandbox', 'none', '--', 'true'],
      theirs: ['run', '--rm', image, 'true'],
      stateDir: home.runState,
      ...needsImage,
    },
  ]
}
