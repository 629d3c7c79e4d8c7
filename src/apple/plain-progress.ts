import { LineDecoder } from '../lib/line-decoder.ts'
import { shownLogLines } from '../runtime/build-failed-error.ts'
import type { BuildProgress, BuildStep } from '../runtime/image-builder.ts'

/** `#5 [2/2] RUN make`, `#5 DONE 0.1s`, `#5 CACHED`, `#5 ERROR: …`, and `#5 0.123 output`. */
const LINE = /^#(\d+) (.*)$/

/** Reads what BuildKit writes with `--progress plain`. */
export class PlainProgress {
  /** Why the build failed, as far as a step said so. */
  failure: { stepName?: string; lastLines: readonly string[] } = { lastLines: [] }
  readonly #lines = new LineDecoder()
  readonly #steps = new Map<string, BuildStep>()
  readonly #output = new Map<string, string[]>()
  readonly #onProgress: (progress: BuildProgress) => void
  readonly #now: () => number

  constructor(onProgress: (progress: BuildProgress) => void, now: () => number) {
    this.#onProgress = onProgress
    this.#now = now
  }

  push(bytes: Uint8Array): void {
    for (const line of this.#lines.push(bytes)) {
      const [, id = '', text = ''] = LINE.exec(line) ?? []
      if (id !== '') this.#read(id, text)
    }
  }

  #read(id: string, text: string): void {
    const step = this.#steps.get(id)
    const timeMs = this.#now()
    if (step === undefined) this.#tell({ id, name: text, isCached: false, startedMs: timeMs })
    else if (text === 'CACHED') this.#tell({ ...step, isCached: true, completedMs: timeMs })
    else if (/^DONE( |$)/.test(text)) this.#tell({ ...step, completedMs: timeMs })
    else if (text.startsWith('ERROR: ')) this.#fail(step, text.slice('ERROR: '.length))
    else this.#log(id, text.replace(/^\d+\.\d+ /, ''))
  }

  #fail(step: BuildStep, error: string): void {
    this.failure = { stepName: step.name, lastLines: this.#output.get(step.id) ?? [] }
    this.#tell({ ...step, error, completedMs: this.#now() })
  }

  #log(id: string, text: string): void {
    this.#output.set(id, [...(this.#output.get(id) ?? []), text].slice(-shownLogLines))
    const bytes = Buffer.from(`${text}\n`)
    this.#onProgress({ kind: 'log', stepId: id, stream: 'stdout', bytes })
  }

  #tell(step: BuildStep): void {
    this.#steps.set(step.id, step)
    this.#onProgress({ kind: 'step', step })
  }
}
