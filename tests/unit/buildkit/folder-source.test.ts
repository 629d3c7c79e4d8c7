import { expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'

import type { ContextEntry, ContextRequest } from '../../../src/buildkit/context-source.ts'
import { goFileMode } from '../../../src/buildkit/file-mode.ts'
import { FolderSource } from '../../../src/buildkit/folder-source.ts'
import { followLinks } from '../../../src/buildkit/follow-links.ts'
import { MemorySource } from '../../../src/buildkit/memory-source.ts'
import { UserError } from '../../../src/lib/errors.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const everything: ContextRequest = { include: [], exclude: [], follow: [] }

/** A folder with these files, each with its path as content. */
function folderWith(files: readonly string[]): Disposable & { path: string } {
  const folder = temporaryFolder()
  for (const file of files) {
    mkdirSync(dirname(join(folder.path, file)), { recursive: true })
    writeFileSync(join(folder.path, file), file)
  }
  return folder
}

async function entriesOf(
  root: string,
  request: Partial<ContextRequest> = {},
): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = []
  const source = new FolderSource(root)
  for await (const entry of source.entries({ ...everything, ...request })) entries.push(entry)
  return entries
}

async function pathsOf(root: string, request: Partial<ContextRequest> = {}): Promise<string[]> {
  return (await entriesOf(root, request)).map(({ stat }) => stat.path ?? '')
}

test('folders come before what is in them, siblings in the order of their bytes', async () => {
  using folder = folderWith(['foo/a', 'foo-x', 'foo.d/b', 'Z', 'é', 'ｆ', '🙂', 'foo/z', 'a b,c'])
  expect(await pathsOf(folder.path)).toEqual([
    'Z',
    'a b,c',
    'foo',
    'foo/a',
    'foo/z',
    'foo-x',
    'foo.d',
    'foo.d/b',
    'é',
    'ｆ',
    '🙂',
  ])
})

test('excluded folders are left out, and come back for what is excepted in them', async () => {
  using folder = folderWith(['keep', 'deps/a', 'deps/b/c', 'deps/b/d', 'logs/x.log', 'logs/y'])
  expect(await pathsOf(folder.path, { exclude: ['deps', '!deps/b/c', '**/*.log'] })).toEqual([
    'deps',
    'deps/b',
    'deps/b/c',
    'keep',
    'logs',
    'logs/y',
  ])
  expect(await pathsOf(folder.path, { exclude: ['*', '!keep'] })).toEqual(['keep'])
})

test('what is asked for comes with the folders above it, and without empty neighbours', async () => {
  using folder = folderWith(['src/main.ts', 'src/lib/a.ts', 'src/lib/a.txt', 'docs/readme.md', 'x'])
  expect(await pathsOf(folder.path, { include: ['src/**/*.ts'] })).toEqual([
    'src',
    'src/lib',
    'src/lib/a.ts',
    'src/main.ts',
  ])
  expect(await pathsOf(folder.path, { include: ['src/lib'] })).toEqual([
    'src',
    'src/lib',
    'src/lib/a.ts',
    'src/lib/a.txt',
  ])
  expect(await pathsOf(folder.path, { follow: ['x'], include: ['docs'] })).toEqual([
    'docs',
    'docs/readme.md',
    'x',
  ])
  expect(await pathsOf(folder.path, { follow: ['nothing'] })).toEqual([])
  expect(await pathsOf(folder.path, { follow: ['.'] })).toHaveLength(8)
})

test('links on the way to a followed path are sent, with what they point at', async () => {
  using folder = folderWith(['real/deep/file', 'other/thing', 'top.txt'])
  symlinkSync('real', join(folder.path, 'alias'))
  symlinkSync('/other', join(folder.path, 'absolute'))
  symlinkSync('../../../../outside', join(folder.path, 'real', 'escape'))
  symlinkSync('circle', join(folder.path, 'circle'))
  symlinkSync('top.txt', join(folder.path, 'link.txt'))
  const follow = (...paths: string[]): Promise<readonly string[] | undefined> =>
    followLinks(folder.path, paths)
  expect(await follow('alias/deep/file')).toEqual(['alias', 'real/deep/file'])
  expect(await follow('absolute/thing')).toEqual(['absolute', 'other/thing'])
  expect(await follow('real/escape')).toEqual(['outside', 'real/escape'])
  expect(await follow('circle/x')).toEqual(['circle'])
  expect(await follow('*.txt')).toEqual(['*.txt', 'top.txt'])
  expect(await follow('real', 'real/deep')).toEqual(['real'])
  expect(await follow('/')).toBeUndefined()
})

async function timesOf(text: string): Promise<(bigint | undefined)[]> {
  const found: (bigint | undefined)[] = []
  const source = new MemorySource({ b: text, a: 'constant' })
  for await (const { stat } of source.entries()) found.push(stat.modTime)
  return found
}

test('modes, times, links and sizes are as in the folder, owners are root', async () => {
  using folder = folderWith(['run.sh'])
  const file = join(folder.path, 'run.sh')
  chmodSync(file, 0o4755)
  utimesSync(file, 1_000, 1_234.5)
  symlinkSync('run.sh', join(folder.path, 'link'))
  mkdirSync(join(folder.path, 'sticky'))
  chmodSync(join(folder.path, 'sticky'), 0o1777)
  const [link, script, sticky] = await entriesOf(folder.path)
  expect(link).toMatchObject({ stat: { path: 'link', linkname: 'run.sh', size: 0n } })
  expect(Number(link?.stat.mode) & (2 ** 27)).toBe(2 ** 27)
  expect(script).toEqual({
    stat: {
      path: 'run.sh',
      mode: 0o755 + 2 ** 23,
      uid: 0,
      gid: 0,
      modTime: 1_234_500_000_000n,
      size: 6n,
      linkname: '',
    },
    content: { kind: 'file', path: file },
  })
  expect(sticky?.stat.mode).toBe(2 ** 31 + 2 ** 20 + 0o777)
})

test.each([
  [0o100644, 0o644],
  [0o040755, 2 ** 31 + 0o755],
  [0o120777, 2 ** 27 + 0o777],
  [0o060660, 2 ** 26 + 0o660],
  [0o020666, 2 ** 26 + 2 ** 21 + 0o666],
  [0o010600, 2 ** 25 + 0o600],
  [0o102755, 2 ** 22 + 0o755],
])("st_mode %o is Go's %d", (stMode, expected) => {
  expect(goFileMode(stMode)).toBe(expected)
})

test('sockets are left out', async () => {
  using folder = folderWith(['a'])
  const server = createServer()
  const listening = Promise.withResolvers<void>()
  server.listen(join(folder.path, 'socket'), listening.resolve)
  await listening.promise
  expect(await pathsOf(folder.path)).toEqual(['a'])
  server.close()
})

test('a name that is not UTF-8 is an error, unless it is excluded', async () => {
  using folder = folderWith(['a'])
  execFileSync('sh', ['-c', String.raw`touch "$(printf 'caf\351')"`], { cwd: folder.path })
  expect(await rejectionOf(pathsOf(folder.path))).toBeInstanceOf(UserError)
  expect(await pathsOf(folder.path, { exclude: ['caf*'] })).toEqual(['a'])
})

test('a context that is not there is an error', async () => {
  const failure = await rejectionOf(pathsOf('/nonexistent/context'))
  expect(failure.message).toBe('/nonexistent/context of the build context cannot be read')
})

test('a file in memory has a time that changes with its content alone', async () => {
  const [first, second, third] = [
    await timesOf('FROM a'),
    await timesOf('FROM a'),
    await timesOf('FROM b'),
  ]
  expect(first).toEqual(second)
  expect(third[0]).toEqual(first[0])
  expect(third[1]).not.toEqual(first[1])
})
