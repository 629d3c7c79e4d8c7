import { expect } from 'bun:test'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, IN_GVISOR } from '../support/agent-home.ts'

const BUSYBOX = 'image: busybox:latest\ncommand: ["true"]\n'

engineTest('what a checkout asks for is refused without consent, with the list of it', async () => {
  await using home = new AgentHome({ env: IN_GVISOR })
  mkdirSync(join(home.dir, 'home', '.ssh'))
  const asks: readonly (readonly [yaml: string, line: string])[] = [
    [`${BUSYBOX}sandbox: none\n`, 'agent.yaml:3:10  sandbox: none'],
    ['dependencies: [docker:host]\n', 'agent.yaml:1:16  dependencies: docker:host'],
    [`${BUSYBOX}mounts: ["~/.ssh:/keys"]\n`, `mounts: ${home.dir}/home/.ssh:/keys`],
    [`${BUSYBOX}container: { user: image }\n`, 'container.user: image'],
  ]
  for (const [index, [yaml, line]] of asks.entries()) {
    const project = home.project(`p${index}`, { 'agent.yaml': yaml })
    const { code, stderr } = await home.agent(['run', project])
    expect([yaml, code]).toEqual([yaml, 2])
    expect(stderr).toContain(`you have not allowed it for ${project}`)
    expect(stderr).toContain(line)
    expect(stderr).toContain(`fix: look at it, then: agent trust ${project}`)
  }
  expect(await home.json(['list', '-a'])).toEqual({ runs: [] })
})

engineTest(
  'consent is for exactly these keys, and is asked for again when they change',
  async () => {
    await using home = new AgentHome({ env: IN_GVISOR })
    const project = home.project('p', { 'agent.yaml': `${BUSYBOX}sandbox: none\n` })
    const run = ['run', project]
    expect((await home.agent(run)).code).toBe(2)
    const trust = await home.agent(['trust', '--yes', project])
    expect(trust.stdout).toContain('sandbox: none')
    expect((await home.agent(run)).code).toBe(0)
    writeFileSync(
      join(project, 'agent.yaml'),
      `# another line\n${BUSYBOX}sandbox: none\nname: other\n`,
    )
    expect((await home.agent(run)).code).toBe(0)
    const more = `${BUSYBOX}sandbox: none\ncontainer: { user: image }\n`
    writeFileSync(join(project, 'agent.yaml'), more)
    const again = await home.agent(run)
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('container.user: image  (new)')
    expect(again.stderr).not.toContain('sandbox: none  (new)')
    await home.answer(['trust', '--yes', project])
    expect((await home.agent(run)).code).toBe(0)
    expect(await home.json(['trust', '--list'])).toMatchObject({
      trusted: [{ workspace: project }],
    })
    await home.answer(['trust', '--revoke', project])
    expect((await home.agent(run)).code).toBe(2)
  },
)

engineTest('a link that is turned elsewhere after consent leads nowhere', async () => {
  await using home = new AgentHome()
  const [first, second] = [home.project('first', { a: '1' }), home.project('second', { a: '2' })]
  const yaml = 'image: busybox:latest\nmounts: ["./data:/data"]\ncommand: [cat, /data/a]\n'
  const project = home.project('p', { 'agent.yaml': yaml })
  symlinkSync(first, join(project, 'data'))
  await home.answer(['trust', '--yes', project])
  expect((await home.agent(['run', project])).stdout).toBe('1')
  rmSync(join(project, 'data'))
  symlinkSync(second, join(project, 'data'))
  const { code, stderr } = await home.agent(['run', project])
  expect(code).toBe(2)
  expect(stderr).toContain(`mounts: ${second}:/data  (new)`)
})

engineTest(
  "the user's own word needs no consent, and keys that are guarded need more",
  async () => {
    await using home = new AgentHome({ env: IN_GVISOR })
    mkdirSync(join(home.dir, 'home', '.ssh'))
    const none = home.project('none', { 'agent.yaml': `${BUSYBOX}sandbox: none\n` })
    expect((await home.agent(['run', '--sandbox', 'none', none])).code).toBe(0)
    expect((await home.agent(['run', none], { env: { AGENTOPS_NO_SANDBOX: '1' } })).code).toBe(0)
    const keys = home.project('keys', { 'agent.yaml': `${BUSYBOX}mounts: ["~/.ssh:/keys"]\n` })
    await home.answer(['trust', '--yes', keys])
    const guarded = await home.agent(['run', keys])
    expect(guarded.code).toBe(2)
    expect(guarded.stderr).toContain('would give away your SSH keys')
    expect((await home.agent(['run', '--allow-unsafe-mount', keys])).code).toBe(0)
    const plan = await home.agent(['run', '--dry-run', none])
    expect(plan.code).toBe(0)
    expect(plan.stderr).toContain('it would need your consent')
  },
)

engineTest('who allowed what is in the audit log', async () => {
  await using home = new AgentHome({ env: IN_GVISOR })
  const project = await home.trustedProject('p', { 'agent.yaml': `${BUSYBOX}sandbox: none\n` })
  await home.answer(['run', '--name', 'a', project])
  expect(JSON.stringify(await home.json(['audit', 'a']))).toContain('sandbox: none (agent trust)')
})
