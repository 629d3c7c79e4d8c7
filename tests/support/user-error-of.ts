import { UserError } from '../../src/lib/errors.ts'

/** The `UserError` that the work ends in; fails the test when it ends otherwise. */
export function userErrorOf(work: () => unknown): UserError {
  try {
    work()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
