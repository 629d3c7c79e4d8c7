import { expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { exportScript } from '../../../src/embedded/sandbox-scripts.ts'

test('a shell reads back every value it is given', () => {
  const value = fc.string({ maxLength: 40 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(value, (text) => {
      const script = `${exportScript({ A_VALUE: text, 'not-a-name': 'x' })}printf %s "$A_VALUE"`
      const { stdout } = spawnSync('sh', ['-c', script])
      expect(stdout.toString()).toBe(Buffer.from(text).toString())
    }),
    { numRuns: 40 },
  )
})
