import { readFileSync } from 'node:fs'
import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

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

/** The most memory a process ever had, in bytes; 0 once it is gone (proc_pid_status(5), VmHWM). */
function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
