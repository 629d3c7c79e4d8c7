/** Something that can stand where a word is typed. */
export type Candidate = {
  value: string
  /** What a shell shows beside it. */
  about: string
}
