import { expect, test } from 'bun:test'
import { newRunId } from '../../../src/run/run-id.ts'

test('a run id is fit for names and paths, and no two are alike', () => {
  const ids = Array.from({ length: 2000 }, newRunId)
  expect(ids.filter((id) => !/^run_[0-9a-f]{12}$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(ids.length)
})
