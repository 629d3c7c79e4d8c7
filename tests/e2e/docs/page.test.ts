import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pagesOfProject, stepsOfPage } from './follow-page.ts'
import { stepsOf } from './page.ts'
import { firstMissing } from './shown-output.ts'

test('a page gives its commands with their section and what they print', () => {
  const page = [
    '# One',
    '```',
    '$ agent list',
    'NAME',
    '',
    '$ agent stop a',
    '```',
    '## Two',
    '```sh',
    '# what for',
    'npm run build # now',
    '```',
    '```yaml',
    '$ no: command',
    '```',
  ]
  expect(stepsOf(page.join('\n'))).toEqual([
    { section: 'One', line: 3, command: 'agent list', shown: ['NAME'] },
    { section: 'One', line: 6, command: 'agent stop a', shown: [] },
    { section: 'Two', line: 11, command: 'npm run build', shown: [] },
  ])
})

test('every page with commands is followed by a test', () => {
  const tests = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n')
  const pages = pagesOfProject().filter((page) => stepsOfPage(page).length > 0)
  expect(pages.filter((page) => !tests.includes(`page: '${page}'`))).toEqual([])
  expect(pages).toContain('README.md')
})

describe('what a page shows', () => {
  test.each([
    [['agent "a" started (run_3f9c2a41b07d)'], 'agent "a" started (run_000000000000)\nmore\n'],
    [['a  2m  1.2 MB'], 'a  12s  300 kB'],
    [['one', '…', 'three'], 'one\ntwo\ntwo and a half\nthree'],
    [['error: … is taken (…)'], 'error: the name is taken (by a)'],
    [['…'], ''],
  ])('%j is printed by %j', (shown, printed) => {
    expect(firstMissing(shown, printed)).toBeUndefined()
  })

  test.each([
    [['one', 'three'], 'one\ntwo\nthree', 'three'],
    [['b', 'a'], 'a\nb', 'b'],
    [['a.c'], 'abc', 'a.c'],
    [['a'], '', 'a'],
  ])('%j is not what %j says', (shown, printed, missing) => {
    expect(firstMissing(shown, printed)).toBe(missing)
  })
})
