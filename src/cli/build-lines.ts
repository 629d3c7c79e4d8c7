import { printable } from '../lib/printable.ts'
import { stepTitle } from '../lib/step-title.ts'
import type { BuildProgress, BuildStep } from '../runtime/image-builder.ts'

/** Where lines of a build go. */
export type BuildLinesOutput = {
  /** One that stays. */
  line(text: string): void
  /** What is going on now; may be left out. */
  status(text: string): void
  /** For machines; undefined for people. */
  event: ((event: string, data: Record<string, unknown>) => void) | undefined
}

/** Tells people the steps of a build as they end, and machines everything. */
export class BuildLines {
  readonly #what: string
  readonly #output: BuildLinesOutput
  readonly #told = new Set<string>()
  readonly #running = new Map<string, BuildStep>()

  /** @param what is built, and by whom */
  constructor(what: string, output: BuildLinesOutput) {
    this.#what = what
    this.#output = output
    if (output.event === undefined) output.line(`building ${what}`)
    else output.event('build', { what })
  }

  take(progress: BuildProgress): void {
    const { event } = this.#output
    if (event !== undefined) this.#tellMachine(progress, event)
    else this.#tellPeople(progress)
  }

  #tellMachine(
    progress: BuildProgress,
    event: (event: string, data: Record<string, unknown>) => void,
  ): void {
    if (progress.kind === 'log') {
      const { stepId, stream, bytes } = progress
      event('build-log', { stepId, stream, text: Buffer.from(bytes).toString() })
    } else if (progress.kind === 'step') event('build-step', progress.step)
    else if (progress.kind === 'warning') event('build-warning', { text: progress.text })
  }

  #tellPeople(progress: BuildProgress): void {
    switch (progress.kind) {
      case 'step':
        return this.#step(progress.step)
      case 'warning':
        return this.#output.line(`  warning: ${progress.text}`)
      case 'log':
        return this.#status(lastLine(progress.bytes))
      case 'part':
        return this.#status('')
      default:
        return progress satisfies never
    }
  }

  #step(step: BuildStep): void {
    if (step.completedMs === undefined) this.#running.set(step.id, step)
    else this.#running.delete(step.id)
    this.#status('')
    const isOver = step.completedMs !== undefined || step.error !== undefined
    // Its own preparations say nothing to anybody.
    if (!isOver || this.#told.has(step.id) || step.name.startsWith('[internal]')) return
    this.#told.add(step.id)
    this.#output.line(`  ${stepTitle(step.name)}  ${outcomeOf(step)}`)
  }

  #status(detail: string): void {
    const [step] = [...this.#running.values()].slice(-1)
    if (step === undefined) return
    const more = detail === '' ? '' : `: ${detail}`
    this.#output.status(`building ${this.#what}: ${stepTitle(step.name)}${more}`)
  }
}

/** The error itself comes at the end, once. */
function outcomeOf({ isCached, startedMs, completedMs, error }: BuildStep): string {
  if (error !== undefined) return 'failed'
  if (isCached) return 'cached'
  if (startedMs === undefined || completedMs === undefined) return 'done'
  return `${((completedMs - startedMs) / 1000).toFixed(1)} s`
}

function lastLine(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString().split('\n').map(printable).filter(Boolean)
  return lines.at(-1)?.trim() ?? ''
}
