/** Colours of a terminal, or none. */
export class Style {
  readonly #enabled: boolean

  constructor(enabled: boolean) {
    this.#enabled = enabled
  }

  bold = (text: string): string => this.#wrap(1, 22, text)
  dim = (text: string): string => this.#wrap(2, 22, text)
  red = (text: string): string => this.#wrap(31, 39, text)
  green = (text: string): string => this.#wrap(32, 39, text)
  yellow = (text: string): string => this.#wrap(33, 39, text)
  cyan = (text: string): string => this.#wrap(36, 39, text)

  #wrap(on: number, off: number, text: string): string {
    return this.#enabled ? `\u001B[${on}m${text}\u001B[${off}m` : text
  }
}
