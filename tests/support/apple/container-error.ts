/** A failure as the program words it. */
export class ContainerError extends Error {
  constructor(code: string, what: string) {
    super(`${code}: "${what}"`)
  }
}
