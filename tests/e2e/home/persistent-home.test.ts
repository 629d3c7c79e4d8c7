import { expect } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { engineUser, giveTo, ProgramAsUser } from '../../support/ordinary-user.ts'
import { AgentHome, docker, homeWithoutEngine, IN_GVISOR } from '../support/agent-home.ts'

const YAML = 'image: busybox:latest\nhome: persistent\n'
const LIMIT_MS = 60_000

async function homeVolumes(workspace: string): Promise<string[]> {
  const filter = ['--filter', `label=agentops.workspace=${workspace}`]
  const names = await docker(['volume', 'ls', '--quiet', ...filter])
  return names === '' ? [] : names.split('\n')
}

const inShell = (project: string, script: string): string[] => [
  'run',
  project,
  '--',
  'sh',
  '-c',
  script,
]

for (const [boundary, env] of [
  ['runc', {}],
  ['gVisor', IN_GVISOR],
] as const)
  engineTest(
    `in ${boundary} a persistent home is there in the next run, until all data is destroyed`,
    async () => {
      await using home = new AgentHome({ env })
      const project = home.project('p', { 'agent.yaml': YAML })
      const write = 'mkdir -p ~/.tool && echo login > ~/.tool/token; echo $HOME; stat -c %u ~'
      const uid = process.getuid?.() ?? 0
      expect(await home.answer(inShell(project, write))).toBe(`/home/agent\n${uid}`)
      expect(await home.answer(inShell(project, 'cat ~/.tool/token'))).toBe('login')
      await home.answer(['clean', '--force'])
      expect(await homeVolumes(project)).toHaveLength(1)
      const { stderr } = await home.agent(['destroy', '--all-data', project])
      expect(stderr).toContain(`removed the home of ${project}`)
      expect(await homeVolumes(project)).toEqual([])
      expect(await home.answer(inShell(project, 'ls -A ~'))).toBe('')
      await home.answer(['destroy', '--all', '--all-data'])
      expect(await homeVolumes(project)).toEqual([])
    },
    LIMIT_MS,
  )

const ORDINARY = "an ordinary user's persistent home is his, under every boundary"

if (process.getuid?.() === 0 && Bun.which('setpriv') !== null)
  engineTest(
    ORDINARY,
    async () => {
      const user = engineUser()
      using wrapper = new ProgramAsUser(user)
      await using home = new AgentHome({ binary: wrapper.file })
      const project = home.project('p', { 'agent.yaml': YAML })
      giveTo(user, home.dir)
      const write =
        "printf '#!/bin/sh\\necho works\\n' > ~/tool && chmod +x ~/tool && stat -c %u:%g ~ ~/tool"
      const owner = `${user.uid}:${user.gid}`
      expect(await home.answer(inShell(project, write))).toBe(`${owner}\n${owner}`)
      for (const env of [{}, IN_GVISOR])
        expect(await home.agent(inShell(project, '~/tool'), { env })).toMatchObject({
          code: 0,
          stdout: 'works\n',
        })
      await home.answer(['destroy', '--all', '--all-data'])
      expect(await homeVolumes(project)).toEqual([])
    },
    LIMIT_MS,
  )
else skippedTest(ORDINARY, 'only root can become another user')

engineTest(
  'only the top folder of a home changes hands, and other mounts may lie in it',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': YAML, 'rc.txt': 'from the project\n' })
    await home.answer(inShell(project, 'mkdir ~/a && chown 4321:4321 ~ ~/a'))
    const mount = ['--mount', `${join(project, 'rc.txt')}:/home/agent/.rc:ro`]
    const words = [...mount, project, '--', 'sh', '-c', 'stat -c %u ~ ~/a; cat ~/.rc']
    const uid = process.getuid?.() ?? 0
    expect(await home.answer(['run', ...words])).toBe(`${uid}\n4321\nfrom the project`)
    await home.answer(['destroy', '--all', '--all-data'])
  },
  LIMIT_MS,
)

engineTest(
  'runs of one project share a home, other projects do not, and one in use stays',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': YAML })
    const other = home.project('q', { 'agent.yaml': YAML })
    const waiting = ['sh', '-c', 'echo shared > ~/file; sleep 60']
    await home.answer(['run', '-d', '--name', 'one', project, '--', ...waiting])
    expect(await home.answer(inShell(other, 'ls -A ~'))).toBe('')
    const script = 'until [ -s ~/file ]; do sleep 0.1; done; cat ~/file'
    expect(await home.answer(inShell(project, script))).toBe('shared')
    const refused = await home.agent(['destroy', '--all-data'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`the home of ${project} stays: "one"`)
    // Of a project that is gone from the disk, too.
    rmSync(other, { recursive: true })
    await home.answer(['destroy', '--all-data', '--time', '0', project, other])
    expect([...(await homeVolumes(project)), ...(await homeVolumes(other))]).toEqual([])
  },
  LIMIT_MS,
)

engineTest("a persistent home needs the run's own user", async () => {
  await using home = new AgentHome()
  const yaml = `${YAML}container: { user: image }\n`
  const project = home.project('p', { 'agent.yaml': yaml })
  const { code, stderr } = await home.agent(['run', '--dry-run', project])
  expect(code).toBe(2)
  expect(stderr).toContain('home: persistent together with container.user: image')
})

embeddedTest(
  'without an engine a persistent home is a folder of the state',
  async () => {
    await using home = homeWithoutEngine()
    const project = home.project('p', { 'agent.yaml': 'home: persistent\n' })
    const run = ['run', '--runtime', 'embedded', project, '--', 'sh', '-c']
    const write = 'echo login > ~/token && mkdir -p ~/cache/x && chmod 0555 ~/cache; echo $HOME'
    expect(await home.answer([...run, write])).toBe('/home/agent')
    expect(await home.answer([...run, 'cat ~/token'])).toBe('login')
    await home.answer(['clean', '--force'])
    expect(await home.answer([...run, 'cat ~/token'])).toBe('login')
    await home.answer(['destroy', '--all-data'])
    expect(await home.answer([...run, 'ls -A ~'])).toBe('')
  },
  LIMIT_MS,
)
