/** What every benchmark is told. */
export type BenchOptions = {
  /** The program under measurement. */
  agent: string
  pairs: number
  /** Names of the cases to measure; none: all. */
  only: readonly string[]
  /** For a first impression: less of whatever takes long. */
  isQuick: boolean
}
