import { expect } from 'bun:test'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { BuildkitBuilder } from '../../../src/buildkit/buildkit-builder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { builderTest } from './builder-test.ts'

/** More for a longer look: what Bun 1.4 sends over HTTP/2 was once garbled, in uploads of 128 MB and more. */
const megabytes = Number(process.env['AGENT_TEST_UPLOAD_MEGABYTES'] ?? 128)
const rounds = Number(process.env['AGENT_TEST_UPLOAD_ROUNDS'] ?? 1)
const files = 8

builderTest(
  `${megabytes} MB arrive with the checksums they were sent with`,
  async (builder) => {
    using folder = temporaryFolder()
    const head = builder.fromBusybox(folder.path)
    const address = await builder.address()
    mkdirSync(join(folder.path, 'data'))
    for (let round = 0; round < rounds; round += 1) {
      const sums = Array.from({ length: files }, (_, index) =>
        writeNoise(join(folder.path, 'data', `${index}`), (megabytes / files) * 1024 * 1024),
      )
      let output = ''
      await new BuildkitBuilder({ address }).build(
        {
          dockerfile: `${head}RUN --mount=type=bind,target=/in cd /in/data && sha256sum *\n`,
          contextDir: folder.path,
          output: { exporter: 'none' },
        },
        {
          onProgress: (event) => {
            if (event.kind === 'log') output += Buffer.from(event.bytes).toString()
          },
          signal: AbortSignal.timeout(120_000),
        },
      )
      expect(output).toBe(sums.map((sum, index) => `${sum}  ${index}\n`).join(''))
    }
  },
  60_000 + rounds * megabytes * 200,
)

/** Fills a file with random bytes; their SHA-256. */
function writeNoise(path: string, sizeBytes: number): string {
  const hash = createHash('sha256')
  const piece = new Uint8Array(1024 * 1024)
  const file = openSync(path, 'w')
  try {
    for (let written = 0; written < sizeBytes; written += piece.length) {
      for (let start = 0; start < piece.length; start += 65_536)
        crypto.getRandomValues(piece.subarray(start, start + 65_536))
      hash.update(piece)
      writeSync(file, piece)
    }
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}
