import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compileBinary } from '../../../scripts/compile-binary.ts'

export const projectDir = join(import.meta.dirname, '..', '..', '..')

/** What a program that was run once said, and its exit code or the signal that ended it. */
export type ProgramResult = { exit: number | string; stdout: string; stderr: string }

/** Runs a compiled program in a directory with almost nothing in its environment. */
export function runProgram(
  path: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): ProgramResult {
  const result = Bun.spawnSync([path, ...args], {
    cwd: options.cwd,
    env: { HOME: options.cwd, PATH: '/usr/bin:/bin', ...options.env },
    stdin: 'ignore',
    timeout: 20_000,
  })
  return {
    exit: result.signalCode ?? result.exitCode,
    stdout: result.stdout.toString(),
    stderr: result.stderr.toString(),
  }
}

/** The release binary under test: `AGENT_TEST_BINARY`, or one compiled from the sources here. */
export async function releaseBinary(dir: string): Promise<string> {
  const given = process.env['AGENT_TEST_BINARY']
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error(`AGENT_TEST_BINARY names no file: ${given}`)
    return given
  }
  const outfile = join(dir, 'agent')
  await compileBinary({
    entry: join(projectDir, 'src', 'main.ts'),
    outfile,
    constants: { version: '0.0.0-test', faults: false },
  })
  return outfile
}
