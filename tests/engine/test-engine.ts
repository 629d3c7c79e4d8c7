import { appendFileSync } from 'node:fs'
import { test } from 'bun:test'
import { testIdVariable, testLabel } from './test-marks.ts'

/** The engine the tests run against, from the environment that scripts/test.ts sets. */
export type EngineUnderTest = {
  /** unix://… or tcp://… */
  readonly dockerHost: string
  /** The network namespace that holds the engine's published ports; undefined when it is the machine's own. */
  readonly netns: string | undefined
  /** Path of the docker client, or its name to find it in PATH. */
  readonly dockerCli: string
  /** Path of the compiled `agent`; undefined when it has not been built. */
  readonly binary: string | undefined
}

/** The labels of everything a test makes on an engine: what still carries one at the end fails the run. */
export function testLabels(): Readonly<Record<string, string>> {
  return { [testLabel]: process.env[testIdVariable] ?? 'by-hand' }
}

/** The engine of this run. Throws outside `engineTest` when there is none. */
export function testEngine(): EngineUnderTest {
  const dockerHost = process.env['AGENT_TEST_DOCKER_HOST']
  if (dockerHost === undefined) throw new Error('no test engine: AGENT_TEST_DOCKER_HOST is not set')
  return {
    dockerHost,
    netns: process.env['AGENT_TEST_NETNS'],
    dockerCli: process.env['AGENT_TEST_DOCKER_CLI'] ?? 'docker',
    binary: process.env['AGENT_TEST_BINARY'],
  }
}

/** A test that needs an engine. Without one it is skipped, and the reason is noted for the summary of the run. */
export function engineTest(
  name: string,
  run: () => void | Promise<void>,
  timeoutMs = 30_000,
): void {
  if (process.env['AGENT_TEST_DOCKER_HOST'] !== undefined) {
    test(name, run, timeoutMs)
    return
  }
  const reason = process.env['AGENT_TEST_NO_ENGINE'] ?? 'AGENT_TEST_DOCKER_HOST is not set'
  skip(name, { reason, needsEngine: true })
}

/** A test that cannot run on this machine: shown as skipped, and counted under its reason at the end of the run. */
export function skippedTest(name: string, reason: string): void {
  skip(name, { reason, needsEngine: false })
}

function skip(name: string, noted: { reason: string; needsEngine: boolean }): void {
  const file = process.env['AGENT_TEST_SKIP_REASONS']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(noted)}\n`)
  test.skip(`${name} (${noted.reason})`, () => undefined)
}
