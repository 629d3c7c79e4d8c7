import type { Invocation } from '../whole-process.ts'

/** Starts a run that outlives the measurement. */
export function startLiveRun({ command, cwd, env }: Invocation): void {
  const run = ['run', '--detach', '--sandbox', 'none', '--', 'sleep', '3600']
  const started = Bun.spawnSync([...command, ...run], { cwd, env, timeout: 60_000 })
  if (!started.success) throw new Error(`no live run: ${started.stderr.toString().trim()}`)
}
