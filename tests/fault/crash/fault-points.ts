import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentHome, until } from '../../e2e/support/agent-home.ts'
import { HomeView } from '../support/home-view.ts'
import type { Life } from './lives.ts'

/** Which of the two processes of a run. */
export type Role = 'command' | 'daemon'

/** A place that a process passes in a part of a run's life. */
export type FaultPoint = { life: Life; role: Role; name: string; times: number }

/** It ends soon when nothing needs it, so that a drill does not wait; but not before its next look at the runs. */
export const shortIdle = { AGENTOPS_DAEMON_IDLE: '0.8' }

/** Plays a part without faults and lists every point that was passed, with how often. */
export async function pointsOf(life: Life, binary: string): Promise<FaultPoint[]> {
  await using home = new AgentHome({ binary, env: shortIdle })
  await life.prepare(home)
  const log = join(home.dir, 'points')
  const child = life.begin(home, { AGENT_FAULT_LOG: log })
  await life.go(home, child)
  const view = new HomeView(home)
  const live = view.runs().some(({ endedAtMs }) => endedAtMs === undefined)
  if (!live) await until('the idle daemon ends', () => view.daemonPid() === undefined)
  const passed = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
  const counts = new Map<string, FaultPoint>()
  for (const line of passed) {
    const [pid = '', name = ''] = line.split(' ')
    const role = Number(pid) === child.pid ? 'command' : 'daemon'
    const known = counts.get(`${role} ${name}`) ?? { life, role, name, times: 0 }
    counts.set(`${role} ${name}`, { ...known, times: known.times + 1 })
  }
  return [...counts.values()]
}
