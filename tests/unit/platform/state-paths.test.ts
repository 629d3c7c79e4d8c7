import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isAbsolute } from 'node:path'
import { statePaths } from '../../../src/platform/state-paths.ts'
import { userErrorOf } from '../../support/user-error-of.ts'

function pathsIn(home: string | undefined, uid = 1000) {
  return statePaths({ env: { AGENTOPS_HOME: home }, homeDir: '/home/me', uid })
}

describe('the paths of the state', () => {
  test.each([undefined, ''])('are below the home folder with AGENTOPS_HOME %j', (home) => {
    const paths = pathsIn(home)
    expect(paths.dir).toBe('/home/me/.agentops')
    expect(paths.config).toBe('/home/me/.agentops/config.yaml')
    expect(paths.controlSocket).toBe('/home/me/.agentops/sockets/control.sock')
    expect(paths.runOutput('run_1')).toBe('/home/me/.agentops/runs/run_1/output.jsonl')
  })

  test('follow AGENTOPS_HOME, normalised and absolute', () => {
    expect(pathsIn('/srv//state/../agent/').dir).toBe('/srv/agent')
    expect(isAbsolute(pathsIn('relative').dir)).toBe(true)
  })

  test('a NUL is refused', () => {
    expect(userErrorOf(() => pathsIn('/a\0b')).exitCode).toBe(2)
  })
})

describe('the sockets', () => {
  test('are elsewhere when the path of the state is too long for them', () => {
    const long = `/srv/${'x'.repeat(90)}`
    const paths = pathsIn(long)
    expect(paths.socketDir).toMatch(/^\/tmp\/agentops-1000-[0-9a-f]{12}$/)
    expect(paths.dir).toBe(long)
    expect(paths.daemonLock).toStartWith(long)
  })

  test('are the same for the same state, and others for another state or user', () => {
    const long = `/srv/${'x'.repeat(90)}`
    expect(pathsIn(long).socketDir).toBe(pathsIn(`${long}/.`).socketDir)
    expect(pathsIn(`${long}y`).socketDir).not.toBe(pathsIn(long).socketDir)
    expect(pathsIn(long, 7).socketDir).not.toBe(pathsIn(long).socketDir)
  })

  test('fit, in bytes, wherever the state is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
        fc.pre(!name.includes('\0'))
        const { controlSocket, pagesSocket } = pathsIn(`/home/${name}`)
        for (const path of [controlSocket, pagesSocket])
          expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103)
      }),
    )
  })
})
