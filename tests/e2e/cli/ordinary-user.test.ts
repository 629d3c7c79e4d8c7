import {
  chownSync,
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

/** An id that has no account here, which is all a run needs. */
const UID = 58_232

/** A test as an ordinary user: root becomes one, anybody else is one. */
function ordinaryTest(name: string, run: (home: AgentHome, user: User) => Promise<void>): void {
  if (process.getuid?.() !== 0)
    return engineTest(name, async () => {
      await using home = new AgentHome()
      await run(home, { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 })
    })
  if (Bun.which('setpriv') === null) return skippedTest(name, 'setpriv is not installed')
  engineTest(name, async () => {
    const user = { uid: UID, gid: groupOfEngine() }
    using wrapper = new Wrapper(user)
    await using home = new AgentHome({ binary: wrapper.file })
    giveTo(user, home.dir)
    await run(home, user)
  })
}

type User = { uid: number; gid: number }

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

/** The program, started as another user. */
class Wrapper implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'agent-wrapper-'))
  readonly file = join(this.#folder, 'agent')

  constructor({ uid, gid }: User) {
    const { binary } = testEngine()
    if (binary === undefined) throw new Error('AGENT_TEST_BINARY is not set')
    const become = `setpriv --reuid=${uid} --regid=${gid} --clear-groups`
    writeFileSync(this.file, `#!/bin/sh\nexec ${become} -- '${binary}' "$@"\n`)
    chmodSync(this.file, 0o755)
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The group that may use the engine's socket. */
function groupOfEngine(): number {
  const path = /^unix:\/\/(.*)$/.exec(testEngine().dockerHost)?.[1]
  return path === undefined ? UID : statSync(path).gid
}

function giveTo({ uid, gid }: User, folder: string): void {
  for (const path of everythingIn(folder)) chownSync(path, uid, gid)
}

function strangersFiles(folder: string, { uid, gid }: User): string[] {
  return everythingIn(folder).filter((path) => {
    const found = lstatSync(path)
    return found.uid !== uid || found.gid !== gid
  })
}

function everythingIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return [folder, ...entries.map((entry) => join(folder, entry))]
}
