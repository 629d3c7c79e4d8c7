import { expect, test } from 'bun:test'
import { isRunId, newRunId } from '../../../src/run/run-id.ts'

test('a new run id is one, and no two are alike', () => {
  const ids = Array.from({ length: 2000 }, newRunId)
  expect(ids.every(isRunId)).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
})

test.each([
  '',
  'run_',
  'run_3f9c2a41b07',
  'run_3f9c2a41b07d0',
  'run_3F9C2A41B07D',
  'run_3f9c2a41b07g',
  ' run_3f9c2a41b07d',
  'run_3f9c2a41b07d\n',
  'run_../../etc/pass',
])('%j is no run id', (text) => {
  expect(isRunId(text)).toBe(false)
})
