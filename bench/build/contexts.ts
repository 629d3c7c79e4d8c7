import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const megabyte = 1024 * 1024
const fileBytes = 64 * megabyte
const treeFiles = 5_000

/** Makes a folder whose image is its content and nothing else. */
export function makeContext(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY data /data\n')
  mkdirSync(join(folder, 'data'))
}

/** Fills a context with new random bytes, in files of 64 MB: nothing of it is known to any builder. */
export function fillWithNoise(folder: string, megabytes: number): void {
  const piece = new Uint8Array(megabyte)
  for (let index = 0; index * fileBytes < megabytes * megabyte; index += 1) {
    const file = openSync(join(folder, 'data', `noise-${index}`), 'w')
    for (
      let written = 0;
      written < Math.min(fileBytes, megabytes * megabyte);
      written += megabyte
    ) {
      for (let start = 0; start < megabyte; start += 65_536)
        crypto.getRandomValues(piece.subarray(start, start + 65_536))
      writeSync(file, piece)
    }
    closeSync(file)
  }
}

/** Fills a context with 5,000 small files in 100 folders. @param content different from the last time: all changed */
export function fillWithTree(folder: string, content: string): void {
  for (let index = 0; index < treeFiles; index += 1) {
    const place = join(folder, 'data', `folder-${index % 100}`)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, `file-${index}`), `${content} ${index}\n`.repeat(1 + (index % 50)))
  }
}
