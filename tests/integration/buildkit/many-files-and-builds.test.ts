import { expect } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'

import { BuildkitBuilder } from '../../../src/buildkit/buildkit-builder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { into, unpack } from './archive.ts'
import { makeTree, treeOf } from './awkward-tree.ts'
import { builderTest } from './builder-test.ts'

builderTest(
  '5,000 files with awkward names arrive and come back byte for byte',
  async (builder) => {
    using folder = temporaryFolder()
    const context = join(folder.path, 'context')
    makeTree(context)
    mkdirSync(join(context, 'empty'))
    await symlink('d0/../nowhere', join(context, 'dangling'))
    await symlink('d1', join(context, 'link-to-folder'))
    const archive = join(folder.path, 'out.tar')
    await new BuildkitBuilder({ address: await builder.address() }).build(
      {
        dockerfile: 'FROM scratch\nCOPY . /\n',
        contextDir: context,
        output: { exporter: 'tar', receive: into(archive) },
      },
      { onProgress: () => undefined, signal: AbortSignal.timeout(100_000) },
    )
    await unpack(archive, join(folder.path, 'out'))
    const [sent, received] = [await treeOf(context), await treeOf(join(folder.path, 'out'))]
    expect(sent.size).toBeGreaterThan(5_000)
    expect([...received].filter(([path, what]) => sent.get(path) !== what)).toEqual([])
    expect(received.size).toBe(sent.size)
  },
  120_000,
)

builderTest('eight builds at a time each get their own', async (builder) => {
  const address = await builder.address()
  const builds = Array.from({ length: 8 }, async (_, index) => {
    using context = temporaryFolder()
    const head = builder.fromBusybox(context.path)
    const id = crypto.randomUUID()
    writeFileSync(join(context.path, 'id'), id)
    let output = ''
    await new BuildkitBuilder({ address }).build(
      {
        dockerfile: `${head}COPY id /id\nRUN cat /id; echo " ${index}"\n`,
        contextDir: context.path,
        output: { exporter: 'none' },
      },
      {
        onProgress: (event) => {
          if (event.kind === 'log') output += Buffer.from(event.bytes).toString()
        },
        signal: AbortSignal.timeout(50_000),
      },
    )
    expect(output).toBe(`${id} ${index}\n`)
  })
  await Promise.all(builds)
})
