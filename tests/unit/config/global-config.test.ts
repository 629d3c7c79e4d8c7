import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadGlobalConfig } from '../../../src/config/global-config.ts'
import { reportOf, valueOf } from './reading.ts'

const read = (text: string) => loadGlobalConfig({ text, file: '~/.agentops/config.yaml' })
const nothing = { proxyPort: undefined, runtime: undefined, sandbox: undefined }

describe('config.yaml', () => {
  test('is read', () => {
    expect(valueOf(read('proxy: { port: 9000 }\nruntime: docker\nsandbox: auto\n'))).toEqual({
      proxyPort: 9000,
      runtime: 'docker',
      sandbox: 'auto',
    })
  })

  test.each(['', '# nothing', 'proxy:'])('%j sets nothing', (text) => {
    expect(valueOf(read(text))).toEqual(nothing)
  })

  test('may be missing, but not be a folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-config-'))
    try {
      expect(valueOf(loadGlobalConfig({ path: join(folder, 'config.yaml'), file: 'x' }))).toEqual(
        nothing,
      )
      expect(reportOf(loadGlobalConfig({ path: folder, file: 'x' }))).toEqual([
        'x: not a file | put a plain file in its place',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('every problem names its line', () => {
    expect(reportOf(read('proxy:\n  prot: 1\nruntime: podman\nsandbox: nnoe\nport: 1\n'))).toEqual([
      '~/.agentops/config.yaml:2:3: unknown key "prot" in proxy | did you mean port?',
      '~/.agentops/config.yaml:3:10: runtime is "podman", not one of docker, apple, embedded | write one of docker, apple, embedded',
      '~/.agentops/config.yaml:4:10: sandbox is "nnoe", not one of gvisor, auto, none | write none',
      '~/.agentops/config.yaml:5:1: unknown key "port" | here it is called proxy.port',
    ])
    expect(reportOf(read('proxy: { port: 0 }'))).toEqual([
      '~/.agentops/config.yaml:1:16: port "0" is not a number from 1 to 65535 | choose a port from 1 to 65535',
    ])
    expect(reportOf(read('proxy:\n\tport: 1'))).toEqual([
      '~/.agentops/config.yaml:2:1: a tab is used for indentation | indent with spaces',
    ])
  })
})
