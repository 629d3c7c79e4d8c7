import type { Pair } from './statistics.ts'

/** A program to start, with the directory and environment it is started in. */
export type Invocation = {
  command: readonly string[]
  cwd: string
  env: Readonly<Record<string, string>>
}

/**
 * Starts two programs by turns, ours then theirs, and gives the milliseconds from start to exit of each pair.
 * The first `warmUps` pairs do not count. Throws when one of them fails: a fast failure is not a result.
 */
export function measurePairs(
  ours: Invocation,
  theirs: Invocation,
  options: { pairs: number; warmUps: number },
): Pair[] {
  const measured: Pair[] = []
  for (let index = -options.warmUps; index < options.pairs; index += 1) {
    const pair = [wallTimeMs(ours), wallTimeMs(theirs)] as const
    if (index >= 0) measured.push(pair)
  }
  return measured
}

/** The milliseconds from start to exit of one process. Throws when it fails. */
export function wallTimeMs({ command, cwd, env }: Invocation): number {
  const started = Bun.nanoseconds()
  const result = Bun.spawnSync([...command], {
    cwd,
    env,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: 60_000,
  })
  const ms = (Bun.nanoseconds() - started) / 1e6
  if (result.success) return ms
  const end = result.signalCode ?? `exit code ${result.exitCode}`
  throw new Error(`${command.join(' ')}: ${end}: ${result.stderr.toString().trim()}`)
}
