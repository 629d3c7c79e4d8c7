import { expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkSources } from '../../../../scripts/release/source-state.ts'
import { run } from '../../../engine/run-command.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const released = { version: '1.2.0', keepSources: false }
const tried = { version: '1.2.0', keepSources: true }

test('a release has the day of its commit', async () => {
  using sources = await checkout()
  expect(checkSources(sources.path, released)).toBe('2026-01-31')
})

test('sources that are no checkout have no day', () => {
  using folder = temporaryFolder()
  expect(checkSources(folder.path, released)).toBeUndefined()
})

test('changed sources are refused, unless it is only tried', async () => {
  using sources = await checkout()
  await writeFile(join(sources.path, 'file'), 'changed')
  expect(() => checkSources(sources.path, released)).toThrow('changes that no commit has')
  expect(checkSources(sources.path, tried)).toBe('2026-01-31')
})

test('a tag is refused, unless it is on the commit whose files are made', async () => {
  using sources = await checkout()
  await git(sources.path, 'tag', 'v1.2.0')
  expect(() => checkSources(sources.path, released)).toThrow('the tag v1.2.0 is there already')
  expect(checkSources(sources.path, tried)).toBe('2026-01-31')
  await git(sources.path, 'commit', '-q', '--allow-empty', '-m', 'later')
  expect(() => checkSources(sources.path, tried)).toThrow('the tag v1.2.0 is there already')
})

async function checkout(): Promise<ReturnType<typeof temporaryFolder>> {
  const folder = temporaryFolder()
  await writeFile(join(folder.path, 'file'), 'committed')
  await git(folder.path, 'init', '-q')
  await git(folder.path, 'add', '.')
  await git(folder.path, 'commit', '-q', '-m', 'first')
  return folder
}

async function git(cwd: string, ...words: string[]): Promise<void> {
  const env = { GIT_COMMITTER_DATE: '2026-01-31T23:30:00Z' }
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
  await run(['git', ...who, ...words], { cwd, env })
}
