import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type ComparisonRow, comparisonTable } from '../markdown-table.ts'
import { pairedEstimate } from '../statistics.ts'
import { measurePairs } from '../whole-process.ts'
import { type BenchHome, makeBenchHome } from './bench-home.ts'
import { type CliCase, cliCases } from './cases.ts'

export type CliBenchOptions = {
  projectDir: string
  pairs: number
  /** Names of the cases to measure; none: all. */
  only: readonly string[]
}

const warmUps = 3

/** Measures `dist/agent` beside the `docker` CLI and gives a Markdown table. */
export async function compareCli({ projectDir, pairs, only }: CliBenchOptions): Promise<string> {
  const agent = join(projectDir, 'dist', 'agent')
  if (!existsSync(agent)) throw new Error('dist/agent is missing: npm run build')
  const docker = Bun.which('docker')
  if (docker === null) throw new Error('there is no docker command to compare with')
  const image = process.env['AGENT_BENCH_IMAGE'] ?? 'debian:bookworm-slim'
  const dockerHost = process.env['AGENT_TEST_DOCKER_HOST'] ?? process.env['DOCKER_HOST']
  const home = await makeBenchHome(image, dockerHost)
  try {
    const succeeds = (...args: string[]) => {
      const { cwd, env } = home.invocation(home.emptyState, [])
      return Bun.spawnSync([docker, ...args], { cwd, env, timeout: 20_000 }).success
    }
    const hasEngine = succeeds('version')
    const hasImage = hasEngine && succeeds('image', 'inspect', image)
    const cases = cliCases(home, { agent, image, hasEngine, hasImage })
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

/** Destroys the measured runs before their records go; what the background process holds ends by itself. */
async function leaveNothing(home: BenchHome, agent: string): Promise<void> {
  for (const stateDir of [home.liveState, home.runState]) {
    if (!existsSync(stateDir)) continue
    const { command, cwd, env } = home.invocation(stateDir, [agent, 'destroy', '--all'])
    Bun.spawnSync([...command], { cwd, env, timeout: 120_000 })
  }
  await home.remove()
}
