import * as z from 'zod/mini'

import { printable } from '../lib/printable.ts'
import { type BuildFailure, shownLogLines } from '../runtime/build-failed-error.ts'
import type { BuildProgress, BuildStep } from '../runtime/image-builder.ts'

import { jsonLines } from './json-lines.ts'

const buildMessage = z.object({
  stream: z.optional(z.string()),
  error: z.optional(z.string()),
  errorDetail: z.nullish(z.object({ message: z.optional(z.string()) })),
  aux: z.nullish(z.object({ ID: z.optional(z.string()) })),
})

const ESCAPE = String.fromCodePoint(0x1b)
const COLOUR = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g')

export type BuildMessage = z.infer<typeof buildMessage>

/** Decodes the answer of a build (Engine API, "Build an image"): one JSON object a line. */
export async function* decodeBuildStream(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<BuildMessage> {
  for await (const value of jsonLines(chunks)) yield buildMessage.parse(value)
}

/** Turns what the classic builder says into steps: it numbers them, and says little else of them. */
export class ClassicSteps {
  /** The image, once it is there. */
  imageId: string | undefined
  failure: BuildFailure | undefined
  readonly #onProgress: (progress: BuildProgress) => void
  #step: BuildStep | undefined
  #lastLines: string[] = []

  constructor(onProgress: (progress: BuildProgress) => void) {
    this.#onProgress = onProgress
  }

  take({ stream, error, errorDetail, aux }: BuildMessage): void {
    if (aux?.ID !== undefined) this.imageId = aux.ID
    const problem = errorDetail?.message ?? error
    if (problem !== undefined) this.#fail(problem)
    else if (stream !== undefined) this.#hear(stream)
  }

  #hear(text: string): void {
    const [, number, total, instruction] = /^Step (\d+)\/(\d+) : (.*)/s.exec(text) ?? []
    if (number !== undefined) return this.#begin(`[${number}/${total}] ${instruction?.trim()}`)
    if (/^ ---> Using cache\s*$/.test(text)) return this.#change({ isCached: true })
    if (/^(?: --->|Removing intermediate container)/.test(text)) return
    if (/^Successfully (?:built|tagged) /.test(text)) return this.#end()
    const { id } = this.#step ?? {}
    if (id === undefined) return
    this.#keep(text)
    const bytes = Buffer.from(text)
    this.#onProgress({ kind: 'log', stepId: id, stream: 'stdout', bytes })
  }

  #begin(name: string): void {
    this.#end()
    this.#lastLines = []
    this.#step = { id: name, name, isCached: false, startedMs: Date.now() }
    this.#onProgress({ kind: 'step', step: this.#step })
  }

  #end(): void {
    this.#change({ completedMs: Date.now() })
    this.#step = undefined
  }

  #change(change: Partial<BuildStep>): void {
    if (this.#step === undefined) return
    this.#step = { ...this.#step, ...change }
    this.#onProgress({ kind: 'step', step: this.#step })
  }

  #keep(text: string): void {
    const lines = withoutColours(text).split('\n').map(printable).filter(Boolean)
    this.#lastLines = [...this.#lastLines, ...lines].slice(-shownLogLines)
  }

  #fail(problem: string): void {
    const reason = printable(withoutColours(problem)).trim()
    const stepName = this.#step?.name
    this.#change({ error: reason, completedMs: Date.now() })
    this.failure ??= {
      reason,
      lastLines: this.#lastLines,
      ...(stepName === undefined ? {} : { stepName }),
    }
  }
}

/** The builder colours what a step says on stderr (ECMA-48, SGR). */
function withoutColours(text: string): string {
  return text.replaceAll(COLOUR, '')
}
