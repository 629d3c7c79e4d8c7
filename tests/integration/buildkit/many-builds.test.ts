import { expect } from 'bun:test'
import { join } from 'node:path'
import * as z from 'zod'

import { temporaryFolder } from '../../support/temporary-folder.ts'
import { builderTest } from './builder-test.ts'

const program = join(import.meta.dirname, 'programs', 'many-builds.ts')
/** More on demand. */
const times = Number(process.env['AGENT_TEST_BUILDS'] ?? 100)
/** What the heap of a process moves by, up and down. */
const noiseMiB = 24

const samplesShape = z.array(z.object({ residentMiB: z.number(), descriptors: z.number() }))

builderTest(
  `${times} builds in one process leave memory and descriptors as they were`,
  async (builder) => {
    using folder = temporaryFolder()
    const theirsBefore = builder.openDescriptors?.() ?? 0
    const child = Bun.spawn(
      [process.execPath, program, String(times), folder.path, ...builder.words],
      { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' },
    )
    const samples = samplesShape.parse(JSON.parse(await new Response(child.stdout).text()))
    expect(await child.exited).toBe(0)
    console.log(samples.map(({ residentMiB }) => `${residentMiB} MiB`).join(', '))
    expect(new Set(samples.map(({ descriptors }) => descriptors)).size).toBe(1)
    const [early, late] = [samples.slice(2, 5), samples.slice(7)].map((some) =>
      Math.min(...some.map(({ residentMiB }) => residentMiB)),
    )
    expect((late ?? Infinity) - (early ?? 0)).toBeLessThan(noiseMiB)
    const limit = AbortSignal.timeout(10_000)
    while ((builder.openDescriptors?.() ?? 0) > theirsBefore + 2) {
      limit.throwIfAborted()
      await Bun.sleep(20)
    }
  },
  180_000,
)
