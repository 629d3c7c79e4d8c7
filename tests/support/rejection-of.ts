/** The error that a promise rejects with; throws when it does not, or with something that is no error. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof Error) return outcome.error
  throw new Error(`expected an error, got ${JSON.stringify(outcome)}`)
}
