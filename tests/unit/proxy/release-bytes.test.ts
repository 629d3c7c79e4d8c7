import { expect, test } from 'bun:test'
import { releaseBytes } from '../../../src/proxy/release-bytes.ts'

const large = 64 * 1024

test('a large buffer is gone', () => {
  const bytes = Buffer.alloc(large)
  releaseBytes(bytes)
  expect(bytes.length).toBe(0)
})

test.each([
  { what: 'a small one', bytes: Buffer.from('x'.repeat(1000)) },
  { what: 'a part of a larger one', bytes: Buffer.alloc(2 * large).subarray(0, large) },
  { what: 'shared memory', bytes: Buffer.from(new SharedArrayBuffer(large)) },
])('$what is left alone', ({ bytes }) => {
  const { length } = bytes
  releaseBytes(bytes)
  expect(bytes.length).toBe(length)
})
