/*
 * npm test                               all levels this machine allows
 * npm test -- unit                       one level
 * npm test -- integration docker         the files of a level with `docker` in their path
 * npm test -- unit router -t 'two words' options from the first - on go to `bun test`
 * npm test -- deno-unit                  the unit tests on Deno (options go to `deno test`)
 *
 * AGENT_TEST_ENGINE=provision            bring up a Docker Engine of our own when none answers (Debian 12, root)
 * AGENT_TEST_ENGINE=required             the same, and a test skipped for lack of an engine is a failure
 * AGENT_TEST_MATRIX=debian12,sid         after that, the tests that speak to engines once more on each of these engines
 */
import { join } from 'node:path'
import { stepLog } from '../tests/engine/step-log.ts'
import { testIdVariable } from '../tests/engine/test-marks.ts'
import {
  chooseEngine,
  engineDemand,
  provisionSuite,
  type EngineChoice,
} from './test-run/choose-engine.ts'
import { matrixFiles, matrixSuites } from './test-run/engine-matrix.ts'
import { findLeftovers, findTestResources, newTestId } from './test-run/leftovers.ts'
import { runLevel, type LevelResult } from './test-run/run-level.ts'
import {
  parseTestArguments,
  selectTestFiles,
  type LevelFiles,
  type TestLevel,
} from './test-run/test-arguments.ts'
import {
  addCounts,
  noTests,
  summaryLines,
  type NotedSkip,
  type TestCounts,
  type TestFailure,
} from './test-run/test-counts.ts'

const projectDir = join(import.meta.dirname, '..')

/** What a run adds up to while it goes on. */
class Tally {
  readonly levels = new Map<TestLevel, TestCounts>()
  readonly skips: NotedSkip[] = []
  readonly failures: TestFailure[] = []
  readonly problems: string[] = []

  add(level: TestLevel, { counts, skips, failures, problem }: LevelResult): void {
    this.levels.set(level, addCounts(this.levels.get(level) ?? noTests, counts))
    this.skips.push(...skips)
    this.failures.push(...failures)
    if (problem !== undefined) this.problems.push(problem)
  }
}

async function main(words: readonly string[], signal: AbortSignal): Promise<number> {
  const { levels, filters, runnerOptions } = parseTestArguments(words)
  const { required } = engineDemand(process.env)
  const known = [...new Bun.Glob('tests/**/*.test.ts').scanSync({ cwd: projectDir })]
  const selected = levels
    .map((level) => ({ level, files: selectTestFiles(known, level, filters) }))
    .filter(({ files }) => files.length > 0)
  if (selected.length === 0) {
    console.error(`no test file matches: ${words.join(' ')}`)
    return 2
  }
  const tally = new Tally()
  const testId = newTestId()
  const run = (
    { level, files }: LevelFiles,
    env: Record<string, string>,
    netns?: string,
  ): Promise<void> => {
    console.error(`\n${level}: ${files.length} files`)
    const all = { ...env, [testIdVariable]: testId }
    return runLevel(level, { projectDir, files, runnerOptions, env: all, netns, signal }).then(
      (result) => tally.add(level, result),
    )
  }

  // Nothing of a unit test needs an engine or the binary: they answer before either is made.
  for (const each of selected.filter(isUnit)) await run(each, {})
  const further = selected.filter((each) => !isUnit(each))
  if (further.length > 0 && !signal.aborted)
    await runFurther(further, run, { tally, testId, signal })

  if (required) {
    const missed = tally.skips.filter(({ needsEngine }) => needsEngine).length
    if (missed > 0)
      tally.problems.push(`${missed} tests skipped for lack of an engine, which is required here`)
  }
  if (signal.aborted) tally.problems.push('interrupted')
  for (const line of summaryLines(tally)) console.log(line)
  const hasFailed = [...tally.levels.values()].some(({ failed }) => failed > 0)
  return hasFailed || tally.problems.length > 0 ? 1 : 0
}

function isUnit({ level }: LevelFiles): boolean {
  return level === 'unit' || level === 'deno-unit'
}

type RunFiles = (files: LevelFiles, env: Record<string, string>, netns?: string) => Promise<void>

type Context = { readonly tally: Tally; readonly testId: string; readonly signal: AbortSignal }

/** Runs the levels that use the binary and an engine, and some files once more on each further engine. */
async function runFurther(
  levels: readonly LevelFiles[],
  run: RunFiles,
  context: Context,
): Promise<void> {
  const binary = await buildBinary(context.tally)
  const withBinary: RunFiles = (files, env, netns) => run(files, { ...binary, ...env }, netns)
  await runOnEngine(await triedEngine(chooseEngine(process.env), context), {
    levels,
    run: withBinary,
    context,
  })
  const again = matrixFiles(levels)
  for (const suite of again.length === 0 ? [] : matrixSuites(process.env)) {
    if (context.signal.aborted) return
    console.error(`\nonce more on the engine of ${suite}`)
    const engine = await triedEngine(provisionSuite(suite, process.env), context)
    if (engine.kind === 'engine')
      await runOnEngine(engine, { levels: again, run: withBinary, context })
  }
}

/** An engine that cannot be brought up is a problem of the run, and none. */
async function triedEngine(
  opening: Promise<EngineChoice>,
  { tally }: Context,
): Promise<EngineChoice> {
  try {
    return await opening
  } catch (error) {
    const reason = `no test engine: ${error instanceof Error ? error.message : String(error)}`
    tally.problems.push(reason)
    return { kind: 'none', reason }
  }
}

/** Runs levels on an engine, looks for what they leave behind, and takes the engine down when it is ours. */
async function runOnEngine(
  engine: EngineChoice,
  { levels, run, context }: { levels: readonly LevelFiles[]; run: RunFiles; context: Context },
): Promise<void> {
  const { tally, testId, signal } = context
  try {
    const dockerHost = engine.kind === 'engine' ? engine.dockerHost : undefined
    const before = await findTestResources(dockerHost)
    const netns = engine.kind === 'engine' ? engine.netns : undefined
    for (const each of levels) {
      if (!signal.aborted) await run(each, engineEnvironment(engine), netns)
    }
    for (const left of await findLeftovers(dockerHost, before, testId))
      tally.problems.push(`left behind: ${left}`)
  } finally {
    if (engine.kind === 'engine') await engine.stop()
  }
}

/** What tests/engine/test-engine.ts reads. */
function engineEnvironment(engine: EngineChoice): Record<string, string> {
  if (engine.kind === 'none') return { AGENT_TEST_NO_ENGINE: engine.reason }
  const { dockerHost, dockerCli, netns } = engine
  return {
    AGENT_TEST_DOCKER_HOST: dockerHost,
    AGENT_TEST_DOCKER_CLI: dockerCli,
    ...(netns === undefined ? {} : { AGENT_TEST_NETNS: netns }),
  }
}

/** Builds dist/agent once for all tests. */
async function buildBinary(tally: Tally): Promise<Record<string, string>> {
  const script = join(projectDir, 'scripts/build-binary.ts')
  const log = stepLog('binary')
  log('building dist/agent')
  const child = Bun.spawn([process.execPath, script], {
    cwd: projectDir,
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) {
    tally.problems.push('scripts/build-binary.ts failed; see above')
    return {}
  }
  log('built')
  return { AGENT_TEST_BINARY: join(projectDir, 'dist/agent') }
}

if (import.meta.main) {
  const interruption = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => interruption.abort())
  process.exitCode = await main(process.argv.slice(2), interruption.signal)
}
