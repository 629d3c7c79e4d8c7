import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'

import { cleanPath, IgnorePatternError, literalPrefix } from '../../../src/lib/ignore-pattern.ts'
import { type IgnoreMatch, IgnorePatterns } from '../../../src/lib/ignore-patterns.ts'

function matches(patterns: readonly string[], path: string): boolean {
  return isMatched(new IgnorePatterns(patterns), cleanPath(path))
}

/** As by a walk through the folders above. */
function isMatched(patterns: IgnorePatterns, path: string): boolean {
  const parts = path.split('/')
  let match: IgnoreMatch | undefined
  for (const index of parts.keys())
    match = patterns.match(parts.slice(0, index + 1).join('/'), match)
  return match?.isMatched ?? false
}

describe('the table of moby/patternmatcher', () => {
  test.each([
    ['**', 'file', true],
    ['**', 'file/', true],
    ['**/', 'file', true],
    ['**', 'dir/file', true],
    ['**/', 'dir/file/', true],
    ['**/**', 'dir/file', true],
    ['dir/**', 'dir/file', true],
    ['dir/**', 'dir/dir2/file/', true],
    ['**/dir', 'dir', true],
    ['**/dir', 'dir/file', true],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['**/dir2/**', 'dir/dir2/dir3/file', true],
    ['**file', 'file', true],
    ['**file', 'dir/file', true],
    ['**/file', 'dir/file', true],
    ['**file', 'dir/dir/file', true],
    ['**/file', 'dir/dir/file', true],
    ['**/file*', 'dir/dir/file', true],
    ['**/file*', 'dir/dir/file.txt', true],
    ['**/file*txt', 'dir/dir/file.txt', true],
    ['**/file*.txt*', 'dir/dir/file.txt', true],
    ['**/**/*.txt', 'dir/dir/file.txt', true],
    ['**/**/*.txt2', 'dir/dir/file.txt', false],
    ['**/*.txt', 'file.txt', true],
    ['**/**/*.txt', 'file.txt', true],
    ['a**/*.txt', 'a/file.txt', true],
    ['a**/*.txt', 'a/dir/file.txt', true],
    ['a**/*.txt', 'a/dir/dir/file.txt', true],
    ['a/*.txt', 'a/dir/file.txt', false],
    ['a/*.txt', 'a/file.txt', true],
    ['a/*.txt**', 'a/file.txt', true],
    ['a[b-d]e', 'ae', false],
    ['a[b-d]e', 'ace', true],
    ['a[b-d]e', 'aae', false],
    ['a[^b-d]e', 'aze', true],
    ['.*', '.foo', true],
    ['.*', 'foo', false],
    ['abc.def', 'abcdef', false],
    ['abc.def', 'abc.def', true],
    ['abc.def', 'abcZdef', false],
    ['abc?def', 'abcZdef', true],
    ['abc?def', 'abcdef', false],
    ['a\\\\', 'a\\', true],
    ['a\\*b', 'a*b', true],
    ['**/foo/bar', 'foo/bar', true],
    ['**/foo/bar', 'dir/dir2/foo/bar', true],
    ['abc/**', 'abc', false],
    ['abc/**', 'abc/def', true],
    ['abc/**', 'abc/def/ghi', true],
    ['**/.foo', '.foo', true],
    ['**/.foo', 'bar.foo', false],
    ['a(b)c/def', 'a(b)c/def', true],
    ['a(b)c/def', 'a(b)c/xyz', false],
    ['a.|)$(}+{bc', 'a.|)$(}+{bc', true],
    [
      'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl',
      'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl',
      true,
    ],
    ['dist/*.whl', 'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl', true],
  ])('%p on %p is %p', (pattern, path, expected) => {
    expect(matches([pattern], path)).toBe(expected)
  })

  test.each([
    [['**', '!util/docker/web'], 'util/docker/web/foo', false],
    [['**', '!util/docker/web', 'util/docker/web/foo'], 'util/docker/web/foo', true],
    [['**', '!dist/*.whl'], 'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl', false],
    [['*.go', '!fileutils.go'], 'fileutils.go', false],
    [['!fileutils.go', '*.go'], 'fileutils.go', true],
    [['docs', '  !docs/README.md  '], 'docs/README.md', false],
    [[], 'any/path', false],
    [['docs', 'config', ''], 'config', true],
  ])('%p on %p is %p', (patterns, path, expected) => {
    expect(matches(patterns, path)).toBe(expected)
  })

  test.each([
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'ab/c', true],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['a?b', 'a/b', false],
    ['a*b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', 'z', false],
    ['[\\-x]', '-', true],
    ['*x', 'xxx', true],
  ])("%p on %p is %p, as in Go's filepath.Match", (pattern, path, expected) => {
    expect(matches([pattern], path)).toBe(expected)
  })

  test.each(['!', '[', '[^', '[^bc', 'a[', '[]a]', '[-]', '[x-]', '[-x]', '[a-b-c]', '\\'])(
    '%p is refused',
    (pattern) => {
      expect(() => new IgnorePatterns([pattern])).toThrow(IgnorePatternError)
    },
  )
})

test('a double star that is compared as text crosses names, one in an expression does not', () => {
  expect(matches(['**foo'], 'xfoo')).toBe(true)
  expect(matches(['**foo*'], 'xfoo')).toBe(false)
})

test.each([
  ['', '.'],
  ['./', '.'],
  ['/', '/'],
  ['a/./b//c/', 'a/b/c'],
  ['a/../..', '..'],
  ['/../a', '/a'],
  ['../../a', '../../a'],
])('%p is cleaned to %p, as by filepath.Clean', (path, expected) => {
  expect(cleanPath(path)).toBe(expected)
})

test.each([
  ['a/b', 'a/b'],
  ['a/b/*', 'a/b'],
  ['a/b/**', 'a/b'],
  ['a/*/b', undefined],
  ['a?', undefined],
])('the plain part of %p is %p', (pattern, expected) => {
  expect(literalPrefix(pattern)).toBe(expected)
})

const name = fc.stringMatching(/^[ab.]{1,3}$/).filter((text) => text !== '.' && text !== '..')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
const patternPart = fc.oneof(name, fc.constantFrom('*', '**', 'a*', '?'))
const pattern = fc
  .tuple(fc.boolean(), fc.array(patternPart, { minLength: 1, maxLength: 4 }))
  .map(([isException, parts]) => (isException ? '!' : '') + parts.join('/'))

test('a folder that nothing in can be matched or excepted never holds a match or an exception', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 4 }), path, name, (lines, folder, inner) => {
      const patterns = new IgnorePatterns(lines)
      const isFolder = isMatched(patterns, folder)
      const isInner = isMatched(patterns, `${folder}/${inner}`)
      if (!isFolder && !patterns.canMatchInside(folder)) expect(isInner).toBe(false)
      if (isFolder && !patterns.canExceptInside(folder)) expect(isInner).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})
