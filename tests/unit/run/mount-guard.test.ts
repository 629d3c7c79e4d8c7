import { describe, expect, test } from 'bun:test'
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../src/lib/errors.ts'
import { guardMounts, socketOf } from '../../../src/run/mount-guard.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const PLACES = {
  homeDir: '/home/me',
  stateDir: '/home/me/.agentops',
  engineSockets: ['/var/run/docker.sock', '/run/user/1/docker.sock'],
}

function refusalOf(source: string, places = PLACES): string | undefined {
  try {
    guardMounts([{ source, target: '/inside', readonly: true }], places, false)
    return undefined
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.exitCode).toBe(2)
    return error.message
  }
}

describe('a mount that gives away', () => {
  test.each([
    ['/', 'the whole machine'],
    ['/home', 'your whole home folder'],
    ['/home/me', 'your whole home folder'],
    ['/home/me/.ssh', 'your SSH keys'],
    ['/home/me/.ssh/id_ed25519', 'your SSH keys'],
    ['/home/me/.agentops', "this program's state"],
    ['/home/me/.agentops/runs/run_1', "this program's state"],
    ['/var/run/docker.sock', "the engine's socket"],
    ['/run/user/1/docker.sock', "the engine's socket"],
    ['/run/user/1', "the engine's socket"],
    ['/run/user', "the engine's socket"],
    ['/var', "the engine's socket"],
  ])('%s is refused: %s', (source, what) => {
    expect(refusalOf(source)).toBe(`mounting "${source}" at /inside would give away ${what}`)
  })

  test.each([
    '/home/me/project',
    '/home/me/.sshfoo',
    '/home/me/.agentops-backup',
    '/home/me2',
    '/home/you',
    '/srv',
    '/var/lib/data',
    '/run/user/2',
    '/etc/hosts',
  ])('%s is not', (source) => {
    expect(refusalOf(source)).toBeUndefined()
  })

  test('is allowed when the user means it', () => {
    const mounts = [{ source: '/', target: '/host', readonly: false }]
    expect(() => guardMounts(mounts, PLACES, true)).not.toThrow()
  })

  test('is found among harmless ones, wherever it stands', () => {
    const harmless = { source: '/srv', target: '/srv', readonly: true }
    const mounts = [
      harmless,
      { source: '/home/me', target: '/workspace', readonly: false },
      harmless,
    ]
    expect(() => guardMounts(mounts, PLACES, false)).toThrow('at /workspace')
  })
})

describe('a guarded place that is reached by a link', () => {
  test('is refused by its real path as well', () => {
    using folder = temporaryFolder()
    const at = (name: string): string => join(folder.path, name)
    mkdirSync(at('real-home/keys'), { recursive: true })
    mkdirSync(at('real-state'))
    mkdirSync(at('real-run'))
    writeFileSync(at('real-run/docker.sock'), '')
    symlinkSync(at('real-home'), at('home'))
    symlinkSync(at('real-home/keys'), at('real-home/.ssh'))
    symlinkSync(at('real-state'), at('state'))
    symlinkSync(at('real-run'), at('run'))
    const places = {
      homeDir: at('home'),
      stateDir: at('state'),
      engineSockets: [at('run/docker.sock')],
    }
    const real = (name: string): string => realpathSync(at(name))
    expect(refusalOf(real('home'), places)).toContain('home folder')
    expect(refusalOf(real('home/.ssh'), places)).toContain('SSH keys')
    expect(refusalOf(real('state'), places)).toContain('state')
    expect(refusalOf(real('run/docker.sock'), places)).toContain('socket')
    expect(refusalOf(real('run'), places)).toContain('socket')
  })

  test('on this machine: the usual path of the engine’s socket, under the name a mount gets', () => {
    // /var/run is a link to /run wherever systemd is.
    const places = { ...PLACES, engineSockets: ['/var/run/docker.sock'] }
    expect(refusalOf(join(realpathSync('/var/run'), 'docker.sock'), places)).toContain('socket')
    expect(refusalOf(realpathSync('/var/run'), places)).toContain('socket')
  })
})

test.each([
  ['unix:///run/docker.sock', ['/run/docker.sock']],
  ['unix://relative.sock', []],
  ['tcp://127.0.0.1:2375', []],
  ['ssh://me@there', []],
  ['embedded', []],
])('the socket of %s is %j', (endpoint, sockets) => {
  expect(socketOf(endpoint)).toEqual(sockets)
})
