import { readdirSync, readFileSync } from 'node:fs'
import type { Invocation } from '../whole-process.ts'

/** Milliseconds from start to exit, and the most memory it had, in bytes. */
export type Measured = { ms: number; peakBytes: number }

const limitMs = 300_000
const betweenLooksMs = 20

/**
 * Runs a program to its end and looks at its memory meanwhile: the largest resident memory of itself and of each of its
 * children (VmHWM, proc_pid_status(5)), added. The kernel keeps the peaks, so a look only misses what grew since the last
 * one. What wait4(2) says would not do: until its exec, a child counts as large as the process that started it.
 */
export async function measureProcess({ command, cwd, env }: Invocation): Promise<Measured> {
  const started = Bun.nanoseconds()
  const child = Bun.spawn([...command], {
    cwd,
    env,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: limitMs,
  })
  const complaint = new Response(child.stderr).text()
  const peaks = new Map<number, number>()
  const look = (): void => {
    for (const pid of familyOf(child.pid))
      peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peakOf(pid)))
  }
  const looking = setInterval(look, betweenLooksMs)
  const code = await child.exited.finally(() => clearInterval(looking))
  const ms = (Bun.nanoseconds() - started) / 1e6
  if (code !== 0)
    throw new Error(`${command.join(' ')}: exit code ${code}: ${(await complaint).trim()}`)
  return { ms, peakBytes: [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0) }
}

/** A process and its children, whichever of its threads started them (Go's, any). */
function familyOf(pid: number): number[] {
  const threads = namesIn(`/proc/${pid}/task`)
  const children = threads.flatMap((thread) =>
    textOf(`/proc/${pid}/task/${thread}/children`).split(' '),
  )
  return [pid, ...children.map(Number).filter((child) => child > 0)]
}

function peakOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** Empty for a process that has ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
