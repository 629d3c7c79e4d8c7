import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  assertIntegrity,
  bunPackageName,
  crossTargets,
  lockedPackage,
} from '../../../scripts/bun-executable.ts'

const lockText = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'package-lock.json'),
  'utf8',
)

describe('executables to cross-compile with', () => {
  test.each([...crossTargets])('%s is pinned at the version of this Bun', (target) => {
    const locked = lockedPackage(lockText, bunPackageName(target))
    expect(locked.version).toBe(process.versions['bun'] ?? lockedPackage(lockText, 'bun').version)
    expect(locked.integrity).toStartWith('sha512-')
  })

  test('a package that is not pinned is refused', () => {
    expect(() => lockedPackage(lockText, '@oven/bun-plan9-x64')).toThrow('does not pin')
  })

  test('other bytes than the pinned ones are refused', () => {
    const bytes = new TextEncoder().encode('bun')
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    const locked = { name: 'bun', version: '1.0.0', integrity }
    expect(() => assertIntegrity(bytes, locked)).not.toThrow()
    expect(() => assertIntegrity(bytes.slice(1), locked)).toThrow('pinned is')
  })
})
