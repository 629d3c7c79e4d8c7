import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import {
  everythingIn,
  giveTo,
  engineUser,
  ProgramAsUser,
  type User,
} from '../../support/ordinary-user.ts'
import { AgentHome } from '../support/agent-home.ts'

/** A test as an ordinary user: root becomes one, anybody else is one. */
function ordinaryTest(name: string, run: (home: AgentHome, user: User) => Promise<void>): void {
  if (process.getuid?.() !== 0)
    return engineTest(name, async () => {
      await using home = new AgentHome()
      await run(home, { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 })
    })
  if (Bun.which('setpriv') === null) return skippedTest(name, 'setpriv is not installed')
  engineTest(name, async () => {
    const user = engineUser()
    using wrapper = new ProgramAsUser(user)
    await using home = new AgentHome({ binary: wrapper.file })
    giveTo(user, home.dir)
    await run(home, user)
  })
}

ordinaryTest('the command runs as the user, who owns what it makes', async (home, user) => {
  const project = home.project('p', { 'agent.yaml': 'image: node:22-slim\nsandbox: none\n' })
  giveTo(user, project)
  const script = `
    id -u; id -g; echo $HOME
    mkdir -p ~/.npm/_cacache && echo x > ~/.npm/_cacache/x && npm config get cache
    printf '#!/bin/sh\\necho started\\n' > ~/tool && chmod +x ~/tool && ~/tool
    echo x > file && mkdir folder && echo y > folder/inner && ln -s file link
    touch /etc/x 2>/dev/null || echo 'no root'`
  const { code, stdout } = await home.agent(['run', project, '--', 'sh', '-c', script])
  expect(stdout.split('\n')).toEqual([
    String(user.uid),
    String(user.gid),
    '/home/agent',
    '/home/agent/.npm',
    'started',
    'no root',
    '',
  ])
  expect(code).toBe(0)
  expect(strangersFiles(home.dir, user)).toEqual([])
})

ordinaryTest(
  'detached, served, looked at and destroyed, everything stays the own of the user',
  async (home, user) => {
    const project = home.project('p', {
      'agent.yaml':
        'image: busybox:latest\nsandbox: none\nports: { web: 3000 }\ncommand: [busybox, httpd, -f, -p, "3000"]\n',
    })
    giveTo(user, project)
    await home.answer(['run', '-d', '--name', 'a', project])
    await home.answer(['exec', 'a', '--', 'sh', '-c', 'echo x > by-exec'])
    expect(await home.answer(['list'])).toMatch(/^a .* running /m)
    expect(strangersFiles(home.dir, user)).toEqual([])
    const modes = readdirSync(home.stateDir).map((entry) => {
      const { mode } = lstatSync(join(home.stateDir, entry))
      return `${entry} ${(mode & 0o077).toString(8)}`
    })
    expect(modes.filter((line) => !line.endsWith(' 0'))).toEqual([])
  },
)

function strangersFiles(folder: string, { uid, gid }: User): string[] {
  return everythingIn(folder).filter((path) => {
    const found = lstatSync(path)
    return found.uid !== uid || found.gid !== gid
  })
}
