import { expect } from 'bun:test'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { engineTest } from '../../engine/test-engine.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { into, unpack } from './archive.ts'
import { BuildBed } from './build-bed.ts'

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
