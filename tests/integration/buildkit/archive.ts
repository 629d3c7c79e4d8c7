import { expect } from 'bun:test'
import { createWriteStream, mkdirSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'

import type { ReceiveOutput } from '../../../src/runtime/image-builder.ts'

/** Writes an archive to a file. */
export function into(file: string): ReceiveOutput {
  return (pieces) => pipeline(pieces, createWriteStream(file))
}

/** Unpacks an archive into a folder that it makes. */
export async function unpack(archive: string, folder: string): Promise<void> {
  mkdirSync(folder)
  const child = Bun.spawn(['tar', '-xf', archive, '-C', folder], { stderr: 'inherit' })
  expect(await child.exited).toBe(0)
}
