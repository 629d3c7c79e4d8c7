import { expect } from 'bun:test'
import { createWriteStream, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { lstat, readdir, readFile, readlink, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import type { ReceiveOutput } from '../../../src/runtime/image-builder.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { BuildBed } from './build-bed.ts'

/** What a tree is made of, by path: `file <mode> <hash>`, `link <target>`, `folder <mode>`. */
async function treeOf(root: string): Promise<Map<string, string>> {
  const tree = new Map<string, string>()
  for (const path of (await readdir(root, { recursive: true })).toSorted()) {
    const place = join(root, path)
    const stat = await lstat(place)
    const mode = (stat.mode & 0o7777).toString(8)
    if (stat.isSymbolicLink()) tree.set(path, `link ${await readlink(place)}`)
    else if (stat.isDirectory()) tree.set(path, `folder ${mode}`)
    else tree.set(path, `file ${mode} ${Bun.hash(await readFile(place))}`)
  }
  return tree
}

const awkward = [
  'a b',
  'a,b',
  '-dash',
  '%41',
  '[x]',
  'quo"te',
  "apos'trophe",
  'back\\slash',
  'new\nline',
  '#hash',
  '!not',
  'ünï',
  '🙂',
  'ｆｕｌｌ',
  '*',
  '?',
  '$HOME',
  '~',
  'foo',
  'foo-x',
  'foo.d',
  '.hidden',
  '...',
  'a'.repeat(255),
]

/** A tree of 5,000 files whose names try everything. */
function makeTree(root: string): void {
  for (let index = 0; index < 5_000; index++) {
    const name = awkward[index % awkward.length] ?? ''
    const folder = `d${index % 7}/${awkward[(index >> 5) % 20] ?? ''}/${Math.floor(index / 500)}`
    const file = join(root, folder, name.length > 200 ? name : `${name}${index}`)
    mkdirSync(dirname(file), { recursive: true })
    const size = index % 100 === 0 ? 100_000 : index % 50
    writeFileSync(file, Buffer.alloc(size, `${index} `), { mode: index % 3 === 0 ? 0o755 : 0o640 })
  }
}

/** Writes an archive to a file. */
function into(file: string): ReceiveOutput {
  return (pieces) => pipeline(pieces, createWriteStream(file))
}

async function unpack(archive: string, folder: string): Promise<void> {
  mkdirSync(folder)
  const child = Bun.spawn(['tar', '-xf', archive, '-C', folder], { stderr: 'inherit' })
  expect(await child.exited).toBe(0)
}

engineTest(
  '5,000 files with awkward names arrive and come back byte for byte',
  async () => {
    await using bed = await BuildBed.open()
    using folder = temporaryFolder()
    const context = join(folder.path, 'context')
    makeTree(context)
    mkdirSync(join(context, 'empty'))
    await symlink('d0/../nowhere', join(context, 'dangling'))
    await symlink('d1', join(context, 'link-to-folder'))
    const archive = join(folder.path, 'out.tar')
    await bed.build('FROM scratch\nCOPY . /\n', {
      contextDir: context,
      output: { exporter: 'tar', receive: into(archive) },
    })
    await unpack(archive, join(folder.path, 'out'))
    const [sent, received] = [await treeOf(context), await treeOf(join(folder.path, 'out'))]
    expect(sent.size).toBeGreaterThan(5_000)
    expect([...received].filter(([path, what]) => sent.get(path) !== what)).toEqual([])
    expect(received.size).toBe(sent.size)
  },
  120_000,
)

engineTest('an unchanged context sends nothing, a changed one what has changed', async () => {
  await using bed = await BuildBed.open()
  using context = temporaryFolder()
  for (const name of ['one', 'two', 'three']) writeFileSync(join(context.path, name), name)
  const bytesSent = async (): Promise<number> => {
    const before = bed.sent.get('context')?.bytes ?? 0
    await bed.build('FROM scratch\nCOPY . /\n', { contextDir: context.path })
    return (bed.sent.get('context')?.bytes ?? 0) - before
  }
  expect(await bytesSent()).toBe('onetwothree'.length)
  expect(await bytesSent()).toBe(0)
  writeFileSync(join(context.path, 'two'), 'changed')
  expect(await bytesSent()).toBe('changed'.length)
  utimesSync(join(context.path, 'one'), 1, 1)
  expect(await bytesSent()).toBe('one'.length)
})

engineTest('a changed Dockerfile of the same length is not taken for the old one', async () => {
  await using bed = await BuildBed.open()
  const id = crypto.randomUUID()
  for (const letter of ['a', 'b', 'a']) {
    const built = await bed.build(`FROM busybox\nRUN echo ${letter}-${id}\n`, { noCache: true })
    expect(built.output()).toBe(`${letter}-${id}\n`)
  }
})

engineTest(
  'what .dockerignore names is not sent; one that is handed over counts instead',
  async () => {
    await using bed = await BuildBed.open()
    using context = temporaryFolder()
    for (const name of ['kept', 'secret.key', 'deps/big', 'deps/small'])
      mkdirSync(dirname(join(context.path, name)), { recursive: true })
    for (const name of ['kept', 'secret.key', 'deps/big', 'deps/small'])
      writeFileSync(join(context.path, name), name)
    writeFileSync(join(context.path, '.dockerignore'), '# comment\n*.key\ndeps\n!deps/small\n')
    const list = async (dockerignore?: string): Promise<string> => {
      const built = await bed.build(
        'FROM busybox\nCOPY . /in\nRUN cd /in; find . -type f | sort\n',
        {
          contextDir: context.path,
          noCache: true,
          ...(dockerignore !== undefined && { dockerignore }),
        },
      )
      return built.output()
    }
    expect(await list()).toBe('./.dockerignore\n./deps/small\n./kept\n')
    expect(await list('**\n!kept\n')).toBe('./kept\n')
  },
)

engineTest(
  '64 MB arrive whole, and a slow reader of the result holds the build up',
  async () => {
    await using bed = await BuildBed.open()
    using context = temporaryFolder()
    const content = new Uint8Array(64 * 1024 * 1024)
    for (let start = 0; start < content.length; start += 65_536)
      crypto.getRandomValues(content.subarray(start, start + 65_536))
    writeFileSync(join(context.path, 'big'), content)
    const archive = join(context.path, 'out.tar')
    await bed.build('FROM scratch\nCOPY big /big\n', {
      contextDir: context.path,
      output: {
        exporter: 'tar',
        receive: async (pieces) => {
          let isFirst = true
          const slowly = async function* (): AsyncGenerator<Uint8Array> {
            for await (const piece of pieces) {
              // Longer than BuildKit waits between two health checks.
              if (isFirst) await Bun.sleep(3_000)
              isFirst = false
              yield piece
            }
          }
          await into(archive)(slowly())
        },
      },
    })
    await unpack(archive, join(context.path, 'out'))
    const received = await readFile(join(context.path, 'out', 'big'))
    expect(received.equals(content)).toBe(true)
  },
  120_000,
)

engineTest('a result that cannot be taken fails the build with the reason', async () => {
  await using bed = await BuildBed.open()
  const reason = new Error('disk full')
  const build = bed.build('FROM busybox\n', {
    output: {
      exporter: 'tar',
      receive: async () => {
        throw reason
      },
    },
  })
  expect(await rejectionOf(build)).toBe(reason)
})

engineTest('a context that cannot be read fails the build with the path', async () => {
  await using bed = await BuildBed.open()
  const build = bed.build('FROM busybox\nCOPY . /\n', { contextDir: '/nonexistent/folder' })
  expect((await rejectionOf(build)).message).toBe(
    '/nonexistent/folder of the build context cannot be read',
  )
})
