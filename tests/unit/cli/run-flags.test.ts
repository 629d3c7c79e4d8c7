import { describe, expect, test } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  environmentOf,
  nameOf,
  planFlags,
  requireTerminal,
  type RunFlags,
  settingFlags,
  workspaceOf,
} from '../../../src/cli/run-flags.ts'
import { isDnsLabel } from '../../../src/lib/dns-label.ts'
import { configOf } from '../config/reading.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { userErrorOf } from '../../support/user-error-of.ts'
import { AnApp } from './an-app.ts'

const NO_FLAGS: RunFlags = {
  path: '.',
  command: [],
  env: [],
  envFile: [],
  mount: [],
  detachKeys: 'ctrl-p,ctrl-q',
  json: false,
  verbose: false,
  color: true,
}

describe('the project of a run', () => {
  test('is the real path of the folder that was named', () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'real'))
    symlinkSync(join(folder.path, 'real'), join(folder.path, 'link'))
    expect(workspaceOf(folder.path, '.')).toBe(folder.path)
    expect(workspaceOf(folder.path, 'link')).toBe(join(folder.path, 'real'))
    expect(workspaceOf('/', join(folder.path, 'link/../real'))).toBe(join(folder.path, 'real'))
  })

  test('that is nowhere, or no folder, is refused by the name it was given', () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'file'), '')
    const missing = userErrorOf(() => workspaceOf(folder.path, 'no\u001bwhere'))
    expect(missing.message).toBe('the project "no\\u001bwhere" does not exist')
    const file = userErrorOf(() => workspaceOf(folder.path, 'file'))
    expect(file.message).toBe('the project "file" is no folder')
    expect([missing.exitCode, file.exitCode]).toEqual([2, 2])
  })
})

describe('the name of a run', () => {
  test('is that of the flag, of agent.yaml, or a random one', () => {
    const config = configOf('name: myapp')
    expect(nameOf({ name: 'other' }, config)).toBe('other')
    expect(nameOf({}, config)).toBe('myapp')
    expect(isDnsLabel(nameOf({}, configOf('{}')))).toBe(true)
  })

  test.each(['', 'A', 'a b', 'a.b', '-a', '../x', 'xn--a', 'a'.repeat(64)])('is not %j', (name) => {
    expect(userErrorOf(() => nameOf({ name }, configOf('{}'))).exitCode).toBe(2)
  })
})

describe('flags that compete with other settings', () => {
  test('are there only when they were given', () => {
    expect(settingFlags({})).toEqual({})
    expect(settingFlags({ port: '0', runtime: 'docker', sandbox: 'gvisor' })).toEqual({
      port: 0,
      runtime: 'docker',
      sandbox: 'gvisor',
    })
    expect(settingFlags({ sandbox: false })).toEqual({ sandbox: 'none' })
  })

  test.each(['', 'x', '-1', '65536', '80.5', '0x50', '８０'])('port %j is none', (port) => {
    expect(userErrorOf(() => settingFlags({ port })).exitCode).toBe(2)
  })
})

describe('what a plan takes from the command line', () => {
  test('is everything that was asked for', () => {
    const flags: RunFlags = {
      ...NO_FLAGS,
      command: ['sh', '-c', 'a b'],
      mount: ['./a:/b:ro'],
      detach: true,
      rebuild: true,
    }
    expect(planFlags(flags)).toEqual({
      command: ['sh', '-c', 'a b'],
      mounts: [{ source: './a', target: '/b', readonly: true }],
      allowUnsafeMount: false,
      interactive: false,
      detach: true,
      keep: false,
      rebuild: true,
    })
    expect(userErrorOf(() => planFlags({ ...NO_FLAGS, mount: ['/a'] })).exitCode).toBe(2)
  })
})

describe('the variables of a run', () => {
  test('come from agent.yaml, then the files, then the flags; the last one wins', () => {
    using app = new AnApp({ env: { FROM_HERE: 'here', EMPTY: '' } })
    writeFileSync(join(app.folder, 'a.env'), 'B=file\nC=file\nFROM_HERE\nMISSING\n')
    writeFileSync(join(app.folder, 'b.env'), '# later\nC=later\n')
    const found = environmentOf(
      app.context,
      { env: ['D=flag', 'B=flag', 'EMPTY', 'ALSO_MISSING'], envFile: ['a.env', 'b.env'] },
      configOf('env: { A: yaml, B: yaml, C: yaml, D: yaml }'),
    )
    expect(found).toEqual({
      env: { A: 'yaml', B: 'flag', C: 'later', D: 'flag', FROM_HERE: 'here', EMPTY: '' },
      missing: ['ALSO_MISSING', 'MISSING'],
    })
  })

  test('in a file that is not there, or holds mistakes, are refused without a value shown', () => {
    using app = new AnApp()
    const config = configOf('{}')
    const from = (file: string) => () =>
      environmentOf(app.context, { env: [], envFile: [file] }, config)
    expect(userErrorOf(from('none.env')).message).toBe('the env file "none.env" cannot be read')
    writeFileSync(join(app.folder, 'bad.env'), 'A=1\nB C=hunter2\n=hunter2\n')
    try {
      from('bad.env')()
      throw new Error('was accepted')
    } catch (error) {
      if (!(error instanceof AggregateError)) throw error
      expect(error.errors).toHaveLength(2)
      expect(error.errors.join()).toContain('bad.env:2')
      expect(error.errors.join()).not.toContain('hunter2')
    }
  })

  test('set by agent itself, or without a name, are refused', () => {
    using app = new AnApp()
    for (const entry of ['AGENTOPS_RUN_ID=x', '=x', 'A B=x'])
      userErrorOf(() => environmentOf(app.context, { env: [entry], envFile: [] }, configOf('{}')))
  })
})

describe('an interactive run', () => {
  test.each([
    [{ interactive: true }, '{}'],
    [{}, 'interactive: true'],
  ] as const)('(%j, %s) needs a terminal on both sides', (flags, yaml) => {
    using piped = new AnApp()
    using terminal = new AnApp({ isTty: true })
    const config = configOf(yaml)
    expect(userErrorOf(() => requireTerminal(piped.context, flags, config)).exitCode).toBe(2)
    expect(() => requireTerminal(terminal.context, flags, config)).not.toThrow()
    terminal.terminal.stdoutIsTty = false
    expect(() => requireTerminal(terminal.context, flags, config)).toThrow('needs a terminal')
  })

  test('is no matter where nothing is typed', () => {
    using piped = new AnApp()
    expect(() => requireTerminal(piped.context, {}, configOf('{}'))).not.toThrow()
  })
})
