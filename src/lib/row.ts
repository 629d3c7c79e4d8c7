/** A row of our own database does not hold what this version expects: a defect, or a hand-edited database. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'

  readonly table: string
  readonly column: string

  constructor(table: string, column: string, expected: string, value: unknown) {
    super(`${table}.${column} should be ${expected} and is ${describe(value)}`)
    this.table = table
    this.column = column
  }
}

/**
 * Reads the columns of one database row. Written by hand because loading a schema library
 * costs every command more than the query itself. Every method throws `DecodeError`.
 */
export class Row {
  readonly #table: string
  readonly #row: object

  /** @param table named in errors */
  constructor(table: string, row: unknown) {
    if (typeof row !== 'object' || row === null) throw new DecodeError(table, '*', 'a row', row)
    this.#table = table
    this.#row = row
  }

  text(column: string): string {
    const value = this.#read(column)
    return typeof value === 'string' ? value : this.#fail(column, 'text', value)
  }

  /** NULL reads as undefined. */
  optionalText(column: string): string | undefined {
    return this.#read(column) === null ? undefined : this.text(column)
  }

  integer(column: string): number {
    const value = this.#read(column)
    return Number.isSafeInteger(value) ? Number(value) : this.#fail(column, 'an integer', value)
  }

  /** NULL reads as undefined. */
  optionalInteger(column: string): number | undefined {
    return this.#read(column) === null ? undefined : this.integer(column)
  }

  /** 0 or 1. */
  flag(column: string): boolean {
    const value = this.#read(column)
    return value === 0 || value === 1 ? value === 1 : this.#fail(column, '0 or 1', value)
  }

  /** A text of a closed set. */
  oneOf<T extends string>(column: string, isMember: (text: string) => text is T): T {
    const value = this.text(column)
    return isMember(value) ? value : this.#fail(column, 'a known word', value)
  }

  /** JSON text, parsed and not yet decoded. */
  json(column: string): unknown {
    const text = this.text(column)
    try {
      const value: unknown = JSON.parse(text)
      return value
    } catch {
      return this.#fail(column, 'JSON', text)
    }
  }

  #read(column: string): unknown {
    const value: unknown = Reflect.get(this.#row, column)
    return value === undefined ? this.#fail(column, 'selected', value) : value
  }

  #fail(column: string, expected: string, value: unknown): never {
    throw new DecodeError(this.#table, column, expected, value)
  }
}

/** Enough to find the mistake; never the whole of a long text, which may be a plan. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (typeof value === 'number' || value === null) return String(value)
  return value === undefined ? 'missing' : `of type ${typeof value}`
}
