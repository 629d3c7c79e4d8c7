import { describe, expect, test } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ProcessIdentity, systemProcessTable } from '../../../src/platform/process-identity.ts'
import { changedEnvironment } from '../../support/changed-environment.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const isLinux = process.platform === 'linux'

/** A child that ends with the block. */
function started(
  command: string,
  ...parameters: string[]
): Disposable & { child: ChildProcess; pid: number } {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'ignore'] })
  return { child, pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

/** As the process itself would write itself down. */
function identityOf(pid: number): ProcessIdentity {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return { ...systemProcessTable().self, pid, start }
}

describe('a process', () => {
  test('is alive to itself', () => {
    const { self } = systemProcessTable()
    expect(self.pid).toBe(process.pid)
    expect(self.start).not.toBe('unknown')
    expect(self.bootId).not.toBe('unknown')
    expect(isAlive(self)).toBe(true)
    // And to whoever asks later.
    expect(isAlive(structuredClone(self))).toBe(true)
  })

  test('of another start time or another boot is another one', () => {
    const { self } = systemProcessTable()
    expect(isAlive({ ...self, start: `${self.start}0` })).toBe(false)
    expect(isAlive({ ...self, start: 'unknown' })).toBe(false)
    expect(isAlive({ ...self, bootId: 'another' })).toBe(false)
  })

  test('is the same one in whatever time zone, language and PATH it is looked at', () => {
    const here = seenIn({ TZ: 'Asia/Tokyo', LC_ALL: 'en_US.UTF-8' })
    expect(here.start).not.toBe('unknown')
    expect(seenIn({ TZ: 'America/New_York', LC_ALL: 'C', PATH: '/nowhere' })).toEqual(here)
  })

  test.skipIf(!isLinux)('is alive until it ended', async () => {
    using sleeper = started('sleep', '60')
    const identity = identityOf(sleeper.pid)
    expect(isAlive(identity)).toBe(true)
    sleeper.child.kill('SIGKILL')
    await once(sleeper.child, 'exit')
    expect(isAlive(identity)).toBe(false)
  })

  test.skipIf(!isLinux)('that nobody has waited for is dead all the same', async () => {
    // The shell becomes a program that does not know of its child.
    using parent = started('sh', '-c', 'sleep 0.01 & echo $!; exec sleep 60')
    const said = Promise.withResolvers<string>()
    parent.child.stdout?.once('data', (bytes: Buffer) => said.resolve(bytes.toString()))
    const pid = Number(await said.promise)
    const identity = identityOf(pid)
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise(setImmediate)
    expect(isAlive(identity)).toBe(false)
  })

  test.skipIf(!isLinux)('may have any name', () => {
    using folder = temporaryFolder()
    const program = join(folder.path, 'a) Z 1 (b')
    copyFileSync('/bin/sleep', program)
    using sleeper = started(program, '60')
    const identity = identityOf(sleeper.pid)
    expect(identity.start).toMatch(/^\d+$/)
    expect(isAlive(identity)).toBe(true)
  })

  test.skipIf(!isLinux)('of somebody else counts', () => {
    expect(isAlive(identityOf(1))).toBe(true)
  })
})

function isAlive(identity: ProcessIdentity): boolean {
  return systemProcessTable().isAlive(identity)
}

/** This process as a system without /proc tells of it, to somebody with this environment. */
function seenIn(env: Record<string, string>): ProcessIdentity {
  using _changed = changedEnvironment(env)
  return systemProcessTable('darwin').self
}
