import { messageOf } from '../lib/errors.ts'

const STEP_LIMIT_MS = 30_000

/** The steps by which one run ends; each has its own limit, and what fails is kept in words. */
export class EndSteps {
  readonly failures: string[] = []
  readonly #name: string

  /** @param name of the run */
  constructor(name: string) {
    this.#name = name
  }

  /** Undefined, and a recorded failure, when the step failed or took too long. */
  async take<T>(
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    extraMs = 0,
  ): Promise<T | undefined> {
    const limitMs = STEP_LIMIT_MS + extraMs
    const late = Promise.withResolvers<never>()
    const end = new AbortController()
    const limit = setTimeout(() => {
      const reason = new Error(`took longer than ${limitMs / 1000} s`)
      end.abort(reason)
      late.reject(reason)
    }, limitMs)
    try {
      return await Promise.race([work(end.signal), late.promise])
    } catch (error) {
      this.failures.push(`could not ${what} of "${this.#name}": ${messageOf(error)}`)
      return undefined
    } finally {
      clearTimeout(limit)
    }
  }
}
