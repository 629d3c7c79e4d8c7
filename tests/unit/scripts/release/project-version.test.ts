import { expect, test } from 'bun:test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  lockWithVersion,
  versionIn,
  withVersion,
} from '../../../../scripts/release/project-version.ts'

const projectDir = join(import.meta.dirname, '../../../..')

test("only the project's own version changes in package.json and its lock", async () => {
  const manifest = await readFile(join(projectDir, 'package.json'), 'utf8')
  const lock = await readFile(join(projectDir, 'package-lock.json'), 'utf8')
  expect(changedLines(manifest, withVersion(manifest, '9.9.9'))).toHaveLength(1)
  expect(changedLines(lock, lockWithVersion(lock, '9.9.9'))).toHaveLength(2)
  expect(versionIn(withVersion(manifest, '9.9.9'))).toBe('9.9.9')
})

test('a version that is not where npm writes it is refused', () => {
  expect(() => withVersion('{"version":"1.0.0"}', '2.0.0')).toThrow('not where npm writes it')
})

function changedLines(before: string, after: string): string[] {
  const lines = before.split('\n')
  return after.split('\n').filter((line, index) => line !== lines[index])
}
