import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** What a detector looks at; a longer file is no manifest that somebody wrote. */
const READ_LIMIT_BYTES = 256 * 1024

/** The files of a project, as far as somebody who suggests a configuration reads them. */
export class ProjectFiles {
  readonly #folder: string
  readonly #texts = new Map<string, string | undefined>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The text of a file; undefined when there is none, or it is no file or too long. */
  text(name: string): string | undefined {
    if (!this.#texts.has(name)) this.#texts.set(name, read(join(this.#folder, name)))
    return this.#texts.get(name)
  }

  /** The first of these names that is a file here. */
  first(names: readonly string[]): string | undefined {
    return names.find((name) => this.text(name) !== undefined)
  }
}

function read(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile() || found.size > READ_LIMIT_BYTES) return undefined
    const bytes = Buffer.alloc(found.size)
    return bytes.toString('utf8', 0, readSync(file, bytes))
  } catch {
    return undefined
  } finally {
    closeSync(file)
  }
}
