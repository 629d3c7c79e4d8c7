import { readFileSync } from 'node:fs'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, docker } from '../support/agent-home.ts'

const MB = 1024 * 1024

/** The program alone takes about 60 MB; what it passes on must not add to that without end. */
const PEAK_MAX = 150 * MB

engineTest(
  '200 MB of output arrive whole at a slow reader, in bounded memory',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
    const command = 'head -c 209715200 /dev/zero | tr "\\0" x; echo end >&2; exit 3'
    const child = home.spawn(['run', '--name', 'a', project, '--', 'sh', '-c', command])
    const notes = new Response(child.stderr).text()
    let length = 0
    let peak = 0
    for await (const bytes of child.stdout) {
      length += bytes.length
      peak = Math.max(peak, peakMemory(child.pid))
      // The writer is much faster than this.
      await Bun.sleep(1)
    }
    expect(await child.exited).toBe(3)
    expect(length).toBe(200 * MB)
    expect(await notes).toContain('end\n')
    expect(peak).toBeGreaterThan(10 * MB)
    expect(peak).toBeLessThan(PEAK_MAX)
  },
  180_000,
)

const listSchema = z.object({ runs: z.array(z.object({ id: z.string() })) })

engineTest(
  'two million lines do not hold up the end of a run, and that not all are kept is said',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\nsandbox: none\n' })
    const command = ['sh', '-c', 'yes | head -n 2000000']
    const { code, stdout } = await home.agent(['run', '--keep', project, '--', ...command])
    const endedMs = Date.now()
    expect([code, stdout.length]).toEqual([0, 4_000_000])
    const { runs } = listSchema.parse(await home.json(['list', '-a']))
    const filter = `label=agentops.run-id=${runs[0]?.id}`
    const container = await docker(['ps', '-aq', '--filter', filter])
    const finished = await docker(['inspect', '--format', '{{.State.FinishedAt}}', container])
    // Reading all of them takes an engine more than ten seconds.
    expect(endedMs - Date.parse(finished)).toBeLessThan(6000)
    const lines = await home.agent(['logs', '--tail', 'all'])
    expect(lines.stdout).toBe('y\n'.repeat(100_000))
    expect(lines.stderr).toBe(
      'agent: only the last 100000 lines are kept after a run; what was before them is gone\n',
    )
  },
  120_000,
)

/** The most memory a process ever had, in bytes; 0 once it is gone (proc_pid_status(5), VmHWM). */
function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
