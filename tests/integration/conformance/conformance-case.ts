import type { Reply } from './bed/case-upstream.ts'
import type { Citation } from './citations/citation.ts'
import type { Expectation } from './expectations.ts'

/** What the client does next: sends text (latin1), waits for a text (or gives up waiting), or sends FIN. */
export type Step = string | { readonly until: string } | { readonly fin: true }

/** One thing that a proxy has to do, and how to see whether it does. */
export type ConformanceCase = {
  readonly id: string
  /** What holds, read after "a proxy": `refuses …`, `passes on …`. */
  readonly title: string
  readonly cites: Citation
  /** The id of the case of Http11Probe that asks the same question. */
  readonly probe?: string
  readonly send: string | readonly Step[]
  /** What the upstream does with the first, second … request; a plain 200 where nothing is said. */
  readonly upstream?: readonly Reply[]
  /** How many final responses to wait for; 1 when left out. */
  readonly responses?: number
  /**
   * After the responses: `next` sends one more request on the connection, which tells whether both sides are still
   * in step; `end` waits for the proxy to end the connection; `stop` looks no further. `next` when left out.
   */
  readonly afterwards?: 'next' | 'end' | 'stop'
  readonly expect: Expectation
}
