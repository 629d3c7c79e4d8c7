import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, messageOf } from '../lib/errors.ts'
import type { RunContext } from '../run/run-context.ts'
import type { AccessLine } from './access-line.ts'

/** How long lines wait to be written together. */
const FLUSH_MS = 200
/** A file of this size becomes the older one, in place of the one before. */
const FILE_MAX_BYTES = 8 * 1024 * 1024
/** More than this waits for no disk: what comes then is not kept. */
const WAITING_MAX = 16 * 1024 * 1024
/** So many lines become text together: cheaper than one by one, and no long pause either. */
const BATCH_LINES = 256

/** Where the older lines of a run's access log are. */
export function olderAccessLog(path: string): string {
  return `${path}.1`
}

/** What a run's file does not have yet: text, then lines that are not even built. */
type Waiting = { text: string; builders: (() => AccessLine)[] }

/**
 * Writes who asked for what, one file for each run. Lines are written together, a moment later, and never hold
 * up a request; a disk that takes nothing costs lines, not requests.
 */
export class AccessLog implements AsyncDisposable {
  readonly #context: RunContext
  readonly #log: (line: string) => void
  readonly #waiting = new Map<string, Waiting>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #flushing: Promise<void> = Promise.resolve()
  #failure = ''

  constructor(context: RunContext, log: (line: string) => void) {
    this.#context = context
    this.#log = log
  }

  /** `build` is called a moment later. */
  add(runId: string, build: () => AccessLine): void {
    const waiting = this.#waitingOf(runId)
    if (waiting.text.length > WAITING_MAX) return
    if (waiting.builders.push(build) === BATCH_LINES) buildLines(waiting)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#flush()
    }, FLUSH_MS)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    await this.#flush()
  }

  #waitingOf(runId: string): Waiting {
    const known = this.#waiting.get(runId)
    if (known !== undefined) return known
    const made: Waiting = { text: '', builders: [] }
    this.#waiting.set(runId, made)
    return made
  }

  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      const waiting = [...this.#waiting]
      this.#waiting.clear()
      await Promise.all(
        waiting.map(([runId, lines]) => {
          buildLines(lines)
          return this.#write(runId, lines.text)
        }),
      )
    })
    return this.#flushing
  }

  async #write(runId: string, text: string): Promise<void> {
    const path = this.#context.paths.runAccess(runId)
    try {
      // A run that was destroyed, or is in this moment, leaves nothing.
      if (this.#context.runs.find(runId) === undefined) return
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      if (sizeOf(path) > FILE_MAX_BYTES) renameSync(path, olderAccessLog(path))
      await appendFile(path, text, { mode: 0o600 })
      if (this.#context.runs.find(runId) === undefined)
        rmSync(dirname(path), { recursive: true, force: true })
    } catch (error) {
      const failure = `could not write the access log: ${errorCode(error) ?? messageOf(error)}`
      if (failure !== this.#failure) this.#log(failure)
      this.#failure = failure
    }
  }
}

function buildLines(waiting: Waiting): void {
  for (const build of waiting.builders) waiting.text += `${JSON.stringify(build())}\n`
  waiting.builders = []
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
