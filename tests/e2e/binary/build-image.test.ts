import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

import { compileBinary } from '../../../scripts/compile-binary.ts'
import { engineTest, testEngine } from '../../engine/test-engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { runProgram } from './compiled-program.ts'

engineTest(
  'the BuildKit client builds with a context of 8 MB when it is compiled, too',
  async () => {
    using folder = temporaryFolder()
    const content = Buffer.alloc(8_000_000, crypto.getRandomValues(new Uint8Array(65_536)))
    writeFileSync(join(folder.path, 'big'), content)
    using programs = temporaryFolder()
    const outfile = join(programs.path, 'build-image')
    await compileBinary({
      entry: join(import.meta.dirname, 'programs', 'build-image.ts'),
      outfile,
      constants: { version: '0.0.0-test', faults: false },
    })
    const { dockerHost } = testEngine()
    const result = runProgram(outfile, [dockerHost, folder.path], { cwd: programs.path })
    expect(result.stderr).toBe('')
    const { output, receivedBytes } = z
      .object({ output: z.string(), receivedBytes: z.number() })
      .parse(JSON.parse(result.stdout))
    expect(output).toBe(`${new Bun.CryptoHasher('sha256').update(content).digest('hex')}  /big\n`)
    expect(receivedBytes).toBeGreaterThan(content.length)
  },
  120_000,
)
