import { describe, expect, test } from 'bun:test'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Environment, Host } from '../../../src/platform/host.ts'
import { portOwner } from '../../../src/platform/port-owner.ts'
import { sudoCaller } from '../../../src/platform/privileges.ts'
import { onSignals } from '../../../src/platform/shutdown-signals.ts'
import { spawnDetached } from '../../../src/platform/spawn-detached.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { userErrorOf } from '../../support/user-error-of.ts'
import { rootTest } from '../../support/root-test.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const isLinux = process.platform === 'linux'
const PATH = process.env['PATH'] ?? '/usr/bin:/bin'

function program(name: string): string {
  return join(import.meta.dirname, 'programs', name)
}

describe('a detached program', () => {
  test('says its first line, and lives on in / and in a session of its own', async () => {
    const line = await detached('echo $$ $(pwd) $(cut -d" " -f6 /proc/$$/stat); exec sleep 60')
    const [pid = '', folder, session] = (line ?? '').split(' ')
    expect(folder).toBe('/')
    if (isLinux) expect(session).toBe(pid)
    process.kill(Number(pid), 'SIGKILL')
  })

  test('has the environment it was given, and nothing else', async () => {
    expect(await detached('env | grep -vE "^(PWD|SHLVL|_|OLDPWD)=" | tr "\\n" " "; echo')).toBe(
      `PATH=${PATH} `,
    )
  })

  test('is heard even when it says its line and ends at once', async () => {
    const lines = await Promise.all(
      Array.from({ length: 30 }, () => detached('echo hello; exit 1')),
    )
    expect(new Set(lines)).toEqual(new Set(['hello']))
  })

  test('that ends without a line, or takes too long for one, is undefined', async () => {
    expect(await detached('exit 3')).toBeUndefined()
    expect(await detached('sleep 0.3', 20)).toBeUndefined()
  })

  test('inherits a file that is held open as descriptor 3', async () => {
    using folder = temporaryFolder()
    const held = openSync(join(folder.path, 'held'), 'w')
    const options = { env: { PATH }, stderr: 'ignore', held, limitMs: 5000 } as const
    const { firstLine } = spawnDetached(['sh', '-c', 'echo plum >&3; echo done'], options)
    closeSync(held)
    expect(await firstLine).toBe('done')
    expect(readFileSync(join(folder.path, 'held'), 'utf8')).toBe('plum\n')
  })

  test('that is not there is an error', async () => {
    const options = { env: {}, stderr: 'ignore', limitMs: 5000 } as const
    expect((await rejectionOf(spawnDetached(['/nowhere'], options).firstLine)).message).toContain(
      'ENOENT',
    )
  })
})

test('a closed pipe is no error of ours', async () => {
  const child = spawn(process.execPath, [program('say-into-closed-pipes.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  let notes = ''
  child.stderr.on('data', (bytes: Buffer) => (notes += bytes.toString()))
  await once(child, 'close')
  expect({ code: child.exitCode, notes }).toEqual({ code: 0, notes: 'survived, read: false\n' })
})

test.skipIf(process.platform !== 'linux')('an answer that cannot be written is told', async () => {
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, [program('say-into-full-disk.ts')], {
    stdio: ['ignore', full, full],
  })
  closeSync(full)
  await once(child, 'close')
  expect(child.exitCode).toBe(7)
})

/** Told without HOME, which an account without an entry in the system's list would get back. */
function accountHome(): string {
  const script = 'require("node:os").userInfo().homedir'
  const told = spawnSync(process.execPath, ['-p', script], { env: { PATH }, encoding: 'utf8' })
  const home = told.stdout.trim()
  return told.status === 0 && home.startsWith('/') ? home : '/'
}

describe('the home folder', () => {
  test.each([
    ['/srv/home', '/srv/home'],
    ['', accountHome()],
    // What the system says then is HOME itself; on Deno it is the account's folder.
    ['relative', 'Deno' in globalThis ? accountHome() : '/'],
  ])('with HOME %j is %s', (home, expected) => {
    const printed = execFileSync(process.execPath, [program('print-home.ts')], {
      env: { PATH, HOME: home },
    })
    expect(printed.toString().trim()).toBe(expected)
  })
})

describe('who called through sudo', () => {
  test.each<[string, Environment, number]>([
    ['nobody', {}, 0],
    ['somebody who is no root now', { SUDO_UID: '1', SUDO_GID: '1' }, 1000],
    ['root', { SUDO_UID: '0', SUDO_GID: '0' }, 0],
    ['half of somebody', { SUDO_UID: '1' }, 0],
    ['nonsense', { SUDO_UID: '1; rm', SUDO_GID: '1' }, 0],
    ['a negative id', { SUDO_UID: '-1', SUDO_GID: '1' }, 0],
    ['an id in other digits', { SUDO_UID: '0x1', SUDO_GID: '1' }, 0],
    ['whoever opened a root shell', { SUDO_UID: '1', SUDO_GID: '1', SUDO_COMMAND: '/bin/bash' }, 0],
  ])('%s is nobody to act for', (_who, env, uid) => {
    expect(caller(env, uid)).toBeUndefined()
  })

  test.skipIf(!isLinux)('is asked of the accounts, whatever HOME says', () => {
    const found = caller({ SUDO_UID: '1', SUDO_GID: '1', HOME: '/hostile', USER: 'hostile' })
    const [user, , , , , homeDir] = execFileSync('getent', ['passwd', '1']).toString().split(':')
    expect(found).toMatchObject({ uid: 1, gid: 1 })
    expect(found).toMatchObject({ user, homeDir })
  })

  test('without an account is refused', () => {
    const error = userErrorOf(() => caller({ SUDO_UID: '987654321', SUDO_GID: '1' }))
    expect(error.message).toBe('SUDO_UID 987654321 is no user of this machine')
  })

  rootTest('becomes that user for good', () => {
    const printed = execFileSync(process.execPath, [program('become-caller.ts')], {
      env: { PATH, SUDO_UID: '1', SUDO_GID: '1', SUDO_COMMAND: 'agent proxy start' },
    })
    const seen: unknown = JSON.parse(printed.toString())
    expect(seen).toMatchObject({
      uids: ['1', '1', '1', '1'],
      gids: ['1', '1', '1', '1'],
      groups: '1',
      regained: false,
    })
  })
})

test.skipIf(!isLinux)('the owner of a port is found by the socket it listens on', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect(portOwner(port)).toMatchObject({ pid: process.pid })
  await new Promise((resolve) => {
    server.close(resolve)
  })
  expect(portOwner(port)).toBeUndefined()
})

test('signals reach whoever listens, until it is disposed', () => {
  const seen: string[] = []
  const before = process.listenerCount('SIGHUP')
  {
    using _subscription = onSignals(['SIGHUP', 'SIGWINCH'], (name) => seen.push(name))
    process.emit('SIGHUP')
    process.emit('SIGWINCH')
  }
  expect(seen).toEqual(['SIGHUP', 'SIGWINCH'])
  expect(process.listenerCount('SIGHUP')).toBe(before)
})

function detached(script: string, limitMs = 5000): Promise<string | undefined> {
  return spawnDetached(['sh', '-c', script], { env: { PATH }, stderr: 'ignore', limitMs }).firstLine
}

const ARGS = ['proxy', 'start', '--port=80']

function caller(env: Environment, uid = 0) {
  const host: Host = {
    env: { SUDO_COMMAND: `/usr/bin/agent ${ARGS.join(' ')}`, ...env },
    uid,
    gid: 0,
    cwd: '/',
    homeDir: '/root',
    platform: process.platform,
    arch: process.arch,
  }
  return sudoCaller(host, ARGS)
}
