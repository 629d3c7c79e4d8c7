import type { Unit } from '../markdown-table.ts'
import type { Pair } from '../statistics.ts'
import { measurePairs } from '../whole-process.ts'
import type { Bed, FolderBuild } from './bed.ts'
import { fillWithNoise, fillWithTree } from './contexts.ts'
import { type Measured, measureProcess } from './measured-process.ts'

/** One row: two programs that build the same. */
export type BuildResult = {
  name: string
  ours: string
  theirs: string
  unit?: Unit
  pairs: readonly Pair[]
}

/** What `--case` names; one measuring may give several rows. */
export type BuildCase = {
  name: string
  measure(bed: Bed, pairs: number): Promise<BuildResult[]>
}

const byAgent = { ours: 'agent build', theirs: 'docker build' }
const byClient = { ours: 'our client', theirs: 'docker build' }
const megabytes: Unit = { name: 'MB', digits: 1 }
/** A pair of builds that send everything anew takes up to twenty seconds. */
const mostChangedPairs = 10
const mostLargePairs = 6

export const buildCases: readonly BuildCase[] = [
  {
    name: 'cached',
    async measure(bed, pairs) {
      return [
        {
          name: 'nothing to do, image of a project',
          ...byAgent,
          pairs: measurePairs(bed.agentBuild, bed.dockerBuild, { pairs, warmUps: 2 }),
        },
      ]
    },
  },
  {
    name: 'tree',
    async measure(bed, pairs) {
      const { ours, theirs } = bed.folder('tree')
      for (const { path } of [ours, theirs]) fillWithTree(path, 'first')
      const unchanged = measurePairs(ours.build, theirs.build, { pairs, warmUps: 2 })
      const changed = await measureChanged([ours, theirs], {
        pairs: Math.min(pairs, mostChangedPairs),
        change: (path) => fillWithTree(path, crypto.randomUUID()),
      })
      return [
        { name: 'nothing to do, folder of 5,000 files', ...byClient, pairs: unchanged },
        { name: 'folder of 5,000 files, all changed', ...byClient, pairs: changed.ms },
      ]
    },
  },
  large(64, mostChangedPairs),
  large(512, mostLargePairs),
]

function large(size: number, mostPairs: number): BuildCase {
  return {
    name: `large-${size}`,
    async measure(bed, pairs) {
      const { ours, theirs } = bed.folder(`large-${size}`)
      const { ms, peakMegabytes } = await measureChanged([ours, theirs], {
        pairs: Math.min(pairs, mostPairs),
        change: (path) => fillWithNoise(path, size),
      })
      return [
        { name: `folder of ${size} MB, all changed`, ...byClient, pairs: ms },
        {
          name: `most memory, folder of ${size} MB, all changed`,
          ...byClient,
          unit: megabytes,
          pairs: peakMegabytes,
        },
      ]
    },
  }
}

/** Changes each program's folder before it builds; the change does not count, nor does the first pair. */
async function measureChanged(
  [ours, theirs]: readonly [FolderBuild, FolderBuild],
  { pairs, change }: { pairs: number; change: (path: string) => void },
): Promise<{ ms: Pair[]; peakMegabytes: Pair[] }> {
  const measured: (readonly [Measured, Measured])[] = []
  const changedBuild = ({ path, build }: FolderBuild): Promise<Measured> => {
    change(path)
    return measureProcess(build)
  }
  for (let index = 0; index <= pairs; index += 1)
    measured.push([await changedBuild(ours), await changedBuild(theirs)])
  const counted = measured.slice(1)
  return {
    ms: counted.map(([our, their]) => [our.ms, their.ms]),
    peakMegabytes: counted.map(([our, their]) => [
      our.peakBytes / 2 ** 20,
      their.peakBytes / 2 ** 20,
    ]),
  }
}
