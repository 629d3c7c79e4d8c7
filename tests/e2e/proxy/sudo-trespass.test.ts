import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { lchown } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { skippedTest } from '../../engine/test-engine.ts'
import { until } from '../support/agent-home.ts'
import { proxyStatus } from './proxy-status.ts'
import type { SudoHome } from './sudo-home.ts'
import { sudoSuite } from './sudo-suite.ts'

const TRACED = 'no system call of root names anything in the home of the user'

/** Everything the state folder may hold, each replaced by a link to where only root may write. */
const targets = {
  'daemon.log': 'file',
  'daemon.lock': 'file',
  'spawn.lock': 'file',
  'state.db': 'file',
  'state.db-wal': 'file',
  'state.db-shm': 'file',
  'config.yaml': 'file',
  sockets: 'folder',
  locks: 'folder',
  runs: 'folder',
} as const

sudoSuite((sudoTest) => {
  for (const [entry, kind] of Object.entries(targets))
    sudoTest(`a planted link ~/.agentops/${entry} leads root nowhere`, async (home) => {
      using victim = new Victim()
      await home.project('.agentops', {})
      await plant(home, join('.agentops', entry), kind === 'file' ? victim.file : victim.folder)
      await home.sudoAgent(['proxy', 'start', '--port=80'])
      await home.sudoAgent(['proxy', 'stop'])
      expect(victim.changes()).toEqual([])
    })

  sudoTest('a state folder that leads to a folder of root is refused', async (home) => {
    using victim = new Victim()
    await plant(home, '.agentops', victim.folder)
    const { code, stderr } = await home.sudoAgent(['proxy', 'start', '--port=80'])
    expect(code).toBe(1)
    expect(stderr).toContain('error: ')
    expect(victim.changes()).toEqual([])
  })

  sudoTest('sudo with any other command works on no state but that of root', async (home) => {
    using victim = new Victim()
    const inHome = await home.sudoAgent(['route', 'add', 'web.app', '3000'], { HOME: home.dir })
    expect(inHome.code).toBe(1)
    expect(inHome.stderr).toContain("is another user's")
    expect(inHome.stderr).toContain('fix: run the same command without sudo')
    for (const command of [['list'], ['stop', '--all'], ['run', '/usr/share/doc'], ['status']]) {
      const { code } = await home.sudoAgent(command, { HOME: home.dir })
      expect([command, code]).toEqual([command, command[0] === 'run' ? 125 : 1])
    }
    const ofRoot = await home.sudoAgent(['list'], { HOME: victim.folder })
    expect(ofRoot).toMatchObject({ code: 0 })
    expect(home.foreignFiles()).toEqual([])
    expect(readdirSync(home.dir)).toEqual([])
  })

  sudoTest('in a root shell agent proxy is for root', async (home) => {
    using victim = new Victim()
    const script = `HOME='${victim.folder}' "$0" proxy status --json; HOME='${victim.folder}' "$0" proxy stop`
    const shell = await home.run(['sudo', '-n', 'sh', '-c', script, home.binary])
    expect(shell).toMatchObject({
      code: 0,
      stdout: '{\n  "listening": false\n}\nthe proxy is not listening\n',
    })
    expect(home.foreignFiles()).toEqual([])
  })

  if (Bun.which('strace') === null) skippedTest(TRACED, 'strace is not installed')
  else
    sudoTest(TRACED, async (home) => {
      using victim = new Victim()
      const log = join(victim.folder, 'trace')
      const traced = [
        'strace',
        '-f',
        '-s',
        '200',
        '-e',
        'trace=%file,%creds,%process,bind',
        '-o',
        log,
      ]
      const command = [home.binary, 'proxy', 'start', '--port=80']
      const marked = [
        'env',
        `SUDO_COMMAND=${command.join(' ')}`,
        `AGENT_TEST_ID=${process.env['AGENT_TEST_ID'] ?? 'by-hand'}`,
      ]
      // strace stays as long as the background process does.
      const finished = home.run(['sudo', '-n', ...traced, ...marked, ...command])
      await until('it listens', async () => (await proxyStatus(home)).port === 80)
      process.kill((await proxyStatus(home)).pid ?? 0, 'SIGTERM')
      expect((await finished).stdout).toBe('proxy listening on http://localhost\n')
      const touches = touchesAsRoot(readFileSync(log, 'utf8'), home.dir)
      expect(touches.asRoot).toEqual([])
      expect(touches.asUser).toBeGreaterThan(5)
    })
})

/**
 * Which system calls of an `strace -f` log name a path below `dir` while their process was still root's: a process is the user's
 * after its `setuid`-like call, and so are the threads that call is repeated in.
 */
function touchesAsRoot(log: string, dir: string): { asRoot: string[]; asUser: number } {
  const dropped = new Set<string>()
  const asRoot: string[] = []
  let asUser = 0
  for (const line of log.split('\n')) {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (/^set(res|re)?uid\(58231/.test(call)) dropped.add(pid)
    if (!call.includes(`"${dir}`) || /^(execve|getcwd)\(/.test(call)) continue
    if (dropped.has(pid)) asUser += 1
    else asRoot.push(line)
  }
  return { asRoot, asUser }
}

async function plant(home: SudoHome, path: string, target: string): Promise<void> {
  const link = join(home.dir, path)
  symlinkSync(target, link)
  await lchown(link, 58_231, 58_231)
}

/** A file and a folder of root's that nobody else may touch, and whether somebody did. */
class Victim implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'agent-victim-'))
  readonly file = join(this.folder, 'secret')
  readonly #before: string

  constructor() {
    writeFileSync(this.file, 'proxy: { port: 19999 }\n', { mode: 0o600 })
    this.#before = this.#state()
  }

  changes(): string[] {
    const now = this.#state()
    return now === this.#before ? [] : [this.#before, now]
  }

  #state(): string {
    const { mode, uid, size, mtimeMs } = statSync(this.file)
    const text = readFileSync(this.file, 'utf8')
    const folder = statSync(this.folder)
    return JSON.stringify({
      mode,
      uid,
      size,
      mtimeMs,
      text,
      entries: readdirSync(this.folder),
      folder: [folder.mode, folder.uid],
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
