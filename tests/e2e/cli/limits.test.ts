import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, IN_GVISOR } from '../support/agent-home.ts'

const LIMITED =
  'image: busybox:latest\ncontainer: { memory: 64m, cpus: 0.5, pids: 50 }\ncommand: [sh, -c, "%"]\n'

function limited(command: string): string {
  return LIMITED.replace('%', command)
}

/** The same limits as control groups of version 2 and of version 1 show them (cgroups(7)). */
const MEMORY = ['memory.max', 'memory/memory.limit_in_bytes']
const PROCESSORS = ['cpu.max', 'cpu/cpu.cfs_quota_us']
const PROCESSES = ['pids.max', 'pids/pids.max']

function reading(...limits: readonly (readonly string[])[]): string {
  const paths = limits.flat().map((file) => `/sys/fs/cgroup/${file}`)
  return `cat ${paths.join(' ')} 2>/dev/null; true`
}

engineTest('limits of agent.yaml hold inside', async () => {
  await using home = new AgentHome()
  const command = reading(MEMORY, PROCESSORS, PROCESSES)
  const project = home.project('p', { 'agent.yaml': limited(command) })
  const { stdout } = await home.agent(['run', project])
  expect(stdout).toMatch(/^67108864\n50000( 100000)?\n50\n$/)
})

engineTest('a run has a limit of processes without asking', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
  const { stdout } = await home.agent(['run', project, '--', 'sh', '-c', reading(PROCESSES)])
  expect(stdout).toBe('4096\n')
})

engineTest(
  'a run whose memory runs out says so, and which key is the limit',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': limited('exec tail /dev/zero') })
    const { code, stderr } = await home.agent(['run', '--name', 'hungry', project])
    expect(code).toBe(137)
    expect(stderr).toContain('"hungry" failed: its memory ran out; container.memory in agent.yaml')
    const listed = JSON.stringify(await home.json(['list', '-a']))
    expect(listed).toContain('"state":"failed"')
    expect(listed).toContain('memory ran out')
  },
  60_000,
)

for (const [boundary, env] of [
  ['runc', {}],
  ['gVisor', IN_GVISOR],
] as const)
  engineTest(
    `under ${boundary} nobody gains privileges, and there are no raw sockets`,
    async () => {
      await using home = new AgentHome({ env })
      const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
      const words = ['grep', '-E', '^(Uid|CapEff|CapBnd|NoNewPrivs)', '/proc/self/status']
      const { stdout } = await home.agent(['run', project, '--', ...words])
      const valueOf = (name: string): string =>
        new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(stdout)?.[1] ?? ''
      // CAP_NET_RAW is capability 13 (capabilities(7)).
      expect(BigInt(`0x${valueOf('CapBnd')}`) & (1n << 13n)).toBe(0n)
      if (process.getuid?.() !== 0) expect(valueOf('CapEff')).toBe('0000000000000000')
      // gVisor does not show it; it keeps it (runsc sets it from the container's configuration).
      if (boundary === 'runc') expect(valueOf('NoNewPrivs')).toBe('1')
    },
    60_000,
  )
