import type { LogEntry } from './output-log.ts'

const NEWLINE = 0x0a

type Piece = { line: number; entry: LogEntry }

/** Keeps the last lines of what goes by; each stream has lines of its own. */
export class LastLines {
  readonly #wanted: number
  readonly #open = new Map<LogEntry['stream'], number>()
  #pieces: Piece[] = []
  #lines = 0

  constructor(wanted: number) {
    this.#wanted = wanted
  }

  push(entry: LogEntry): void {
    let rest = entry.bytes
    while (rest.length > 0) {
      const end = rest.indexOf(NEWLINE)
      const bytes = end < 0 ? rest : rest.subarray(0, end + 1)
      rest = rest.subarray(bytes.length)
      const line = this.#open.get(entry.stream) ?? this.#lines++
      if (end < 0) this.#open.set(entry.stream, line)
      else this.#open.delete(entry.stream)
      this.#pieces.push({ line, entry: { ...entry, bytes } })
    }
    if (this.#pieces.length > 2 * this.#wanted + 1000) this.#forget()
  }

  /** What was kept, in order. */
  entries(): LogEntry[] {
    this.#forget()
    return this.#pieces.map(({ entry }) => entry)
  }

  #forget(): void {
    const first = this.#lines - this.#wanted
    this.#pieces = this.#pieces.filter(({ line }) => line >= first)
  }
}
