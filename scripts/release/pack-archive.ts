import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { byText } from '../../src/lib/by-text.ts'

export type ArchiveFile = { path: string; content: Uint8Array; executable: boolean }

/** What was written: bytes, and SHA-256 in hexadecimal. */
export type Archive = { sizeBytes: number; sha256: string }

/**
 * Writes a `.tar.gz`. The same files make the same bytes, whoever packs them and when: names sorted, one owner, one
 * time, no time in the gzip head (RFC 1952 §2.3.1 MTIME = 0).
 *
 * @param folder that everything is in
 */
export async function packArchive(
  target: string,
  folder: string,
  files: readonly ArchiveFile[],
): Promise<Archive> {
  const tar = pack()
  const bytes = buffer(tar)
  const sorted = files.toSorted(byText(({ path }) => path))
  for (const { path, content, executable } of sorted) {
    const name = `${folder}/${path}`
    const mode = executable ? 0o755 : 0o644
    tar.entry({ name, mode, mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(content))
  }
  tar.finalize()
  const compressed = gzipSync(await bytes, { level: 9 })
  await writeFile(target, compressed)
  return {
    sizeBytes: compressed.length,
    sha256: createHash('sha256').update(compressed).digest('hex'),
  }
}
