import { join } from 'node:path'
import { denoEnvironment } from '../../tests/support/deno-environment.ts'
import { denoProgram } from '../../tests/support/deno-program.ts'
import type { TestLevel } from './test-arguments.ts'

/** A program that runs test files and writes a JUnit report. */
export type TestRunner = {
  readonly name: 'bun test' | 'deno test'
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What runs the files of a level. The report and whatever else it writes go into `folder`. */
export function testRunner(
  level: TestLevel,
  { projectDir, folder, report }: { projectDir: string; folder: string; report: string },
): TestRunner {
  if (level !== 'deno-unit') {
    const reporter = ['--reporter=junit', `--reporter-outfile=${report}`]
    return { name: 'bun test', command: [process.execPath, 'test', ...reporter], env: {} }
  }
  // Not --parallel: test files would then share a process, whose user and environment some of them change.
  const options = ['--allow-all', '--no-check', '--no-lock', '--no-remote']
  return {
    name: 'deno test',
    command: [denoProgram(projectDir), 'test', ...options, `--junit-path=${report}`],
    env: denoEnvironment(join(folder, 'deno')),
  }
}
