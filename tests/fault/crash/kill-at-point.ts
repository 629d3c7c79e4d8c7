import { expect } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentHome, until } from '../../e2e/support/agent-home.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { HomeView } from '../support/home-view.ts'
import { type FaultPoint, shortIdle } from './fault-points.ts'
import { checkRecovery, explain, type Recovered, type Recovery } from './recovery.ts'

/** Who dies when a process has come to a point. */
export type Victim = 'command' | 'daemon' | 'both'

export type Drill = { point: FaultPoint; victim: Victim; recovery: Recovery }

export type DrillResult = {
  drill: Drill
  /** False when the part ended without coming to the point. */
  reached: boolean
} & ({ recovered: Recovered } | { problem: string })

/** Stops a process at the point, kills who has to die, lets the other go on, and looks what the next command makes of it. */
export async function killAtPoint(drill: Drill, binary: string): Promise<DrillResult> {
  const { point, recovery } = drill
  await using home = new AgentHome({ binary, env: shortIdle })
  const mark = join(home.dir, 'reached')
  try {
    await point.life.prepare(home)
    const child = point.life.begin(home, {
      [point.role === 'command' ? 'AGENT_FAULT' : 'AGENT_FAULT_DAEMON']: point.name,
      AGENT_FAULT_SIGNAL: 'SIGSTOP',
      AGENT_FAULT_ONCE: mark,
    })
    const killing = killWhenReached(drill, { home, command: child.pid, mark, over: child.exited })
    await point.life.go(home, child)
    await killing
    const recovered = await checkRecovery(home, recovery)
    if (point.life.leaves !== undefined) expectRecorded(new HomeView(home), point.life.leaves)
    return { drill, reached: existsSync(mark), recovered }
  } catch (error) {
    return { drill, reached: existsSync(mark), problem: explain(error, home) }
  }
}

function expectRecorded(
  view: HomeView,
  { exitCode, output }: { exitCode: number; output: string },
): void {
  const run = view.run('a')
  if (run?.startedAtMs === undefined) return
  expect(run).toMatchObject({ state: 'failed', exitCode })
  expect(readFileSync(view.paths.runOutput(run.id), 'utf8')).toContain(output)
}

async function killWhenReached(
  { point, victim }: Drill,
  at: { home: AgentHome; command: number; mark: string; over: Promise<unknown> },
): Promise<void> {
  const { home, command, mark } = at
  let isOver = false
  // The daemon may come to its point a while after the command has ended.
  void at.over.then(() => Bun.sleep(point.role === 'daemon' ? 3000 : 0)).then(() => (isOver = true))
  while (!existsSync(mark)) {
    if (isOver) return
    await Bun.sleep(2)
  }
  await until('the mark is written', () => readFileSync(mark, 'utf8') !== '', 1000)
  const stopped = Number(readFileSync(mark, 'utf8'))
  // Continued before it stands still, it would stand still for ever.
  await until('it stands still', () => isStopped(stopped), 5000)
  const daemon = point.role === 'daemon' ? stopped : new HomeView(home).daemonPid()
  const victims = [
    ...(victim === 'command' || daemon === undefined ? [] : [daemon]),
    ...(victim === 'daemon' ? [] : [command]),
  ].flatMap((pid) => identityOf(pid) ?? [])
  for (const each of victims) signalProcess(each, 'SIGKILL')
  expect(await haveEnded(victims, 5000)).toBe(true)
  const survivor = identityOf(stopped)
  if (survivor !== undefined) signalProcess(survivor, 'SIGCONT')
}

/** True once SIGSTOP has taken effect, and for a process that is gone (proc(5), `stat`). */
function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
  } catch {
    return true
  }
}
