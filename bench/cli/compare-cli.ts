import { existsSync } from 'node:fs'
import { type ComparisonRow, comparisonTable } from '../markdown-table.ts'
import type { DockerBenchOptions } from '../programs.ts'
import { pairedEstimate } from '../statistics.ts'
import { measurePairs } from '../whole-process.ts'
import { type BenchHome, makeBenchHome } from './bench-home.ts'
import { type CliCase, cliCases } from './cases.ts'

const warmUps = 3

/** Measures `dist/agent` beside the `docker` CLI and gives a Markdown table. */
export async function compareCli(options: DockerBenchOptions): Promise<string> {
  const { agent, docker, image, dockerHost, pairs, only } = options
  const home = await makeBenchHome(`image: ${image}\n`, dockerHost)
  try {
    const succeeds = (...args: string[]) => {
      const { cwd, env } = home.invocation(home.emptyState, [])
      return Bun.spawnSync([docker, ...args], { cwd, env, timeout: 20_000 }).success
    }
    const hasEngine = succeeds('version')
    const hasImage = hasEngine && succeeds('image', 'inspect', image)
    const cases = cliCases(home, { agent, docker, image, hasEngine, hasImage })
    const rows: ComparisonRow[] = []
    for (const candidate of cases)
      if (only.length === 0 || only.includes(candidate.name))
        rows.push(await measureCase(candidate, { home, agent, docker, pairs }))
    return comparisonTable(rows)
  } finally {
    await leaveNothing(home, agent)
  }
}

async function measureCase(
  measured: CliCase,
  on: { home: BenchHome; agent: string; docker: string; pairs: number },
): Promise<ComparisonRow> {
  const { name, ours, theirs, stateDir, skip } = measured
  const [shownOurs, shownTheirs] = [['agent', ...ours].join(' '), ['docker', ...theirs].join(' ')]
  const row = { name, ours: shownOurs, theirs: shownTheirs }
  if (skip !== undefined) return { kind: 'skipped', reason: skip, ...row }
  try {
    await measured.prepare?.()
    const pairs = measurePairs(
      on.home.invocation(stateDir, [on.agent, ...ours]),
      on.home.invocation(stateDir, [on.docker, ...theirs]),
      { pairs: on.pairs, warmUps },
    )
    return { kind: 'measured', estimate: pairedEstimate(pairs), pairs: on.pairs, ...row }
  } finally {
    await measured.cleanUp?.()
  }
}

/** Destroys the measured runs before their records go. */
async function leaveNothing(home: BenchHome, agent: string): Promise<void> {
  for (const stateDir of [home.liveState, home.runState]) {
    if (!existsSync(stateDir)) continue
    const { command, cwd, env } = home.invocation(stateDir, [agent, 'destroy', '--all'])
    Bun.spawnSync([...command], { cwd, env, timeout: 120_000 })
  }
  await home.remove()
}
