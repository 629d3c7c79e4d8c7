import { expect, test } from 'bun:test'
import { firstError } from '../../../src/cli/first-error.ts'

test('what went wrong first is told, not what went wrong while cleaning up after it', () => {
  const first = new Error('first')
  const caught: unknown[] = []
  try {
    using stack = new DisposableStack()
    stack.defer(() => {
      throw new Error('third')
    })
    stack.defer(() => {
      throw new Error('second')
    })
    throw first
  } catch (error) {
    caught.push(error)
  }
  expect(caught[0]).toBeInstanceOf(SuppressedError)
  expect(firstError(caught[0])).toBe(first)
  expect(firstError(first)).toBe(first)
  expect(firstError(undefined)).toBeUndefined()
})
