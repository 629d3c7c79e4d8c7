import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packArchive } from '../../../../scripts/release/pack-archive.ts'
import { run } from '../../../engine/run-command.ts'

test('an archive has its files in one folder, unpacks with tar, and is the same however often it is made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agent-archive-'))
  try {
    const [first, second] = [join(folder, 'first.tar.gz'), join(folder, 'second.tar.gz')]
    const files = [
      { path: 'man/agent.1', content: Buffer.from('page'), executable: false },
      { path: 'agent', content: Buffer.from('#!/bin/sh\n'), executable: true },
    ]
    const archive = await packArchive(first, 'agent-1', files)
    await packArchive(second, 'agent-1', files.toReversed())
    const bytes = await readFile(first)
    expect(bytes.equals(await readFile(second))).toBe(true)
    expect(archive.sizeBytes).toBe(bytes.length)
    expect(archive.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    const listed = await run(['tar', '--numeric-owner', '-tvzf', first])
    const lines = listed.trim().split('\n')
    expect(
      lines.map((line) => line.split(/\s+/)).map((words) => [words[0], words[1], words.at(-1)]),
    ).toEqual([
      ['-rwxr-xr-x', '0/0', 'agent-1/agent'],
      ['-rw-r--r--', '0/0', 'agent-1/man/agent.1'],
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
