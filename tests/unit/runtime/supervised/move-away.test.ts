import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { moveAway } from '../../../../src/runtime/supervised/move-away.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

test('a folder is moved once, and who comes later is told', () => {
  using folder = temporaryFolder()
  const [from, to] = [join(folder.path, 'from'), join(folder.path, 'to')]
  mkdirSync(from)
  expect(moveAway(from, to)).toBe(true)
  expect(moveAway(from, to)).toBe(false)
  expect(readdirSync(folder.path)).toEqual(['to'])
})

test('one that cannot be moved is an error', () => {
  using folder = temporaryFolder()
  const from = join(folder.path, 'from')
  mkdirSync(from)
  expect(() => moveAway(from, join(folder.path, 'nowhere', 'to'))).toThrow('ENOENT')
})
