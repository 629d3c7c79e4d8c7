import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countsInJunit, failuresInJunit } from './junit-report.ts'
import type { TestLevel } from './test-arguments.ts'
import {
  noTests,
  parseNotedSkips,
  type NotedSkip,
  type TestCounts,
  type TestFailure,
} from './test-counts.ts'
import { testRunner, type TestRunner } from './test-runner.ts'

export type LevelRun = {
  readonly projectDir: string
  readonly files: readonly string[]
  /** Of `bun test`, or of `deno test` where that runs the level. */
  readonly runnerOptions: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The network namespace to run in. */
  readonly netns: string | undefined
  readonly signal: AbortSignal
}

export type LevelResult = {
  readonly counts: TestCounts
  readonly skips: readonly NotedSkip[]
  readonly failures: readonly TestFailure[]
  /** What went wrong beside failed tests: a crash, an error outside of any test. */
  readonly problem: string | undefined
}

/** Runs the test files of a level, the output going where ours goes. */
export async function runLevel(level: TestLevel, options: LevelRun): Promise<LevelResult> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-test-results-'))
  try {
    const [report, skips] = [join(folder, 'junit.xml'), join(folder, 'skips')]
    const runner = testRunner(level, { projectDir: options.projectDir, folder, report })
    const exitCode = await runTests(runner, options, skips)
    const results = await readFile(report, 'utf8').catch(() => '')
    const counts = countsInJunit(results)
    const noted = parseNotedSkips(await readFile(skips, 'utf8').catch(() => ''))
    return {
      counts: counts ?? noTests,
      skips: noted,
      failures: failuresInJunit(results),
      problem: problemOf(`${level}: ${runner.name}`, exitCode, counts),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runTests(
  runner: TestRunner,
  options: LevelRun,
  skips: string,
): Promise<number | null> {
  const { files, runnerOptions, netns, projectDir, signal } = options
  const enter = netns === undefined ? [] : ['nsenter', `--net=${netns}`]
  const paths = files.map((file) => `./${file}`)
  const command = [...enter, ...runner.command, ...runnerOptions, ...paths]
  const child = Bun.spawn(command, {
    cwd: projectDir,
    env: { ...process.env, ...runner.env, ...options.env, AGENT_TEST_SKIP_REASONS: skips },
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    signal,
  })
  await child.exited
  return child.exitCode
}

/** A run that ended badly without a failed test to show for it. */
function problemOf(
  runner: string,
  exitCode: number | null,
  counts: TestCounts | undefined,
): string | undefined {
  if (counts === undefined) return `${runner} gave no results (exit ${exitCode ?? 'by signal'})`
  if (exitCode !== 0 && counts.failed === 0)
    return `${runner} exited with ${exitCode ?? 'a signal'}; see above`
  return undefined
}
