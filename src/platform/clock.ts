/** Wall-clock time in milliseconds; a parameter wherever time matters, so that tests can hold it still. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
