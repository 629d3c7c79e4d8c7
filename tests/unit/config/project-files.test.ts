import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProjectConfig } from '../../../src/config/load-project-config.ts'
import { defaultProjectConfig } from '../../../src/config/project-config.ts'
import { reportOf, valueOf } from './reading.ts'

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-config-'))
  path = join(folder, 'agent.yaml')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function load() {
  return loadProjectConfig({ path, file: 'project/agent.yaml' })
}

describe('the file agent.yaml', () => {
  test('is read', () => {
    writeFileSync(path, 'name: a\n')
    expect(valueOf(load())).toMatchObject({ file: 'project/agent.yaml', name: 'a' })
  })

  test('may be missing', () => {
    expect(valueOf(load())).toEqual(defaultProjectConfig('project/agent.yaml'))
  })

  test('is not called agent.yml', () => {
    writeFileSync(join(folder, 'agent.yml'), 'name: a\n')
    expect(reportOf(load())).toEqual([
      'project/agent.yml: a file of this name is not read | rename it to agent.yaml',
    ])
    writeFileSync(path, 'name: b\n')
    expect(valueOf(load()).name).toBe('b')
  })

  test('may be a link, but not one that leads nowhere or back', () => {
    symlinkSync('other.yaml', path)
    expect(reportOf(load())).toEqual([
      'project/agent.yaml: a link to a file that does not exist | remove the link or make its target',
    ])
    writeFileSync(join(folder, 'other.yaml'), 'name: a\n')
    expect(valueOf(load()).name).toBe('a')
    rmSync(path)
    symlinkSync('agent.yaml', path)
    expect(reportOf(load())).toEqual([
      'project/agent.yaml: a link that leads back to itself | remove the link',
    ])
  })

  test('cannot be a folder', () => {
    mkdirSync(path)
    expect(reportOf(load())).toEqual([
      'project/agent.yaml: not a file | put a plain file in its place',
    ])
  })

  test('cannot be a pipe, which is never waited for', () => {
    execFileSync('mkfifo', [path])
    expect(reportOf(load())).toEqual([
      'project/agent.yaml: not a file | put a plain file in its place',
    ])
  })

  test('cannot be a device', () => {
    symlinkSync('/dev/zero', path)
    expect(reportOf(load())).toEqual([
      'project/agent.yaml: not a file | put a plain file in its place',
    ])
  })

  test('cannot lie below a file', () => {
    writeFileSync(path, '')
    expect(reportOf(loadProjectConfig({ path: join(path, 'agent.yaml'), file: 'x' }))).toEqual([
      'x: cannot be read: a part of its path is not a folder | check the path',
    ])
  })

  test('cannot be larger than 1 MB', () => {
    writeFileSync(path, `#${'x'.repeat(1024 * 1024)}`)
    expect(reportOf(load())).toEqual(['project/agent.yaml: larger than 1 MB | make it smaller'])
  })

  test('is UTF-8', () => {
    writeFileSync(path, Buffer.concat([Buffer.from('name: a\nagent: \u00e9'), Buffer.from([0xff])]))
    expect(reportOf(load())).toEqual(['project/agent.yaml:2:9: not UTF-8 text | save it in UTF-8'])
    writeFileSync(
      path,
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('name: a', 'utf16le')]),
    )
    expect(reportOf(load())).toEqual([
      'project/agent.yaml:1:1: UTF-16 text, not UTF-8 | save it in UTF-8',
    ])
    writeFileSync(path, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('name: a')]))
    expect(valueOf(load()).name).toBe('a')
  })

  test('must be readable', () => {
    writeFileSync(path, '')
    chmodSync(path, 0o000)
    expect(asOrdinaryUser(() => reportOf(load()))).toEqual([
      'project/agent.yaml: cannot be read: permission denied | make it readable: chmod u+r',
    ])
  })
})

/** Root may read everything, so root becomes nobody for the moment. */
function asOrdinaryUser<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act()
  chmodSync(folder, 0o755)
  process.seteuid?.(65534)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}
