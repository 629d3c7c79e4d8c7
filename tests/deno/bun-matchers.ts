import { inspect } from 'node:util'

type Verdict = { pass: boolean; message: () => string }

/** The matchers that Bun has and `expect` of npm has not, of those that the tests use. */
export const bunMatchers = {
  toBeObject: (actual: unknown) =>
    verdict(typeof actual === 'object' && actual !== null, actual, 'be an object'),
  toBeString: (actual: unknown) => verdict(typeof actual === 'string', actual, 'be a string'),
  toBeTrue: (actual: unknown) => verdict(actual === true, actual, 'be true'),
  toBeWithin: (actual: unknown, from: number, to: number) =>
    verdict(
      typeof actual === 'number' && actual >= from && actual < to,
      actual,
      `be at least ${from} and below ${to}`,
    ),
  toEndWith: (actual: unknown, end: string) =>
    verdict(typeof actual === 'string' && actual.endsWith(end), actual, `end with ${inspect(end)}`),
  toStartWith: (actual: unknown, start: string) =>
    verdict(
      typeof actual === 'string' && actual.startsWith(start),
      actual,
      `start with ${inspect(start)}`,
    ),
} as const

function verdict(pass: boolean, actual: unknown, claim: string): Verdict {
  return { pass, message: () => `${inspect(actual)} should ${pass ? 'not ' : ''}${claim}` }
}
