import type { Timestamp } from '@bufbuild/protobuf/wkt'

import { shownLogLines } from '../runtime/build-failed-error.ts'
import type { BuildProgress, BuildStep } from '../runtime/image-builder.ts'

import type { StatusResponse, Vertex, VertexLog } from './generated/control_pb.ts'

/** Enough for the last lines of any sane output, and a bound for all other. */
const keptTailBytes = 64 * 1024

const stderrStream = 2n

/** Turns BuildKit's status messages into progress, and remembers what an error report needs. */
export class BuildSteps {
  readonly #onProgress: (progress: BuildProgress) => void
  readonly #steps = new Map<string, BuildStep>()
  readonly #tails = new Map<string, OutputTail>()

  constructor(onProgress: (progress: BuildProgress) => void) {
    this.#onProgress = onProgress
  }

  take({ vertexes, statuses, logs, warnings }: StatusResponse): void {
    for (const vertex of vertexes) this.#takeVertex(vertex)
    for (const { ID: name, vertex, current, total, completed } of statuses) {
      this.#onProgress({
        kind: 'part',
        stepId: vertex,
        name,
        current: Number(current),
        total: Number(total),
        isDone: completed !== undefined,
      })
    }
    for (const log of logs) this.#takeLog(log)
    for (const { vertex, short } of warnings) {
      this.#onProgress({ kind: 'warning', stepId: vertex, text: Buffer.from(short).toString() })
    }
  }

  /**
   * The step that a failed build failed at. @param id as the error names it; without one it is the last
   * step with an error of its own: others end as cancelled because of it
   */
  failed(id: string | undefined): BuildStep | undefined {
    const named = id === undefined ? undefined : this.#steps.get(id)
    if (named !== undefined) return named
    const failed = [...this.#steps.values()].filter(({ error }) => error !== undefined)
    return (
      failed.findLast(({ error }) => !/context canceled|^canceled/i.test(error ?? '')) ??
      failed.at(-1)
    )
  }

  /** The last lines that a step put out, at most `shownLogLines`, oldest first. */
  lastLines(id: string): readonly string[] {
    return this.#tails.get(id)?.lines() ?? []
  }

  #takeVertex(vertex: Vertex): void {
    const step = stepOf(vertex)
    const known = this.#steps.get(step.id)
    this.#steps.set(step.id, step)
    if (known === undefined || !isSame(known, step)) this.#onProgress({ kind: 'step', step })
  }

  #takeLog({ vertex, stream, msg }: VertexLog): void {
    const tail = this.#tails.get(vertex) ?? new OutputTail()
    this.#tails.set(vertex, tail)
    tail.push(msg)
    const name = stream === stderrStream ? 'stderr' : 'stdout'
    this.#onProgress({ kind: 'log', stepId: vertex, stream: name, bytes: msg })
  }
}

/** The end of an output of any length. */
class OutputTail {
  #pieces: Uint8Array[] = []
  #bytes = 0

  push(bytes: Uint8Array): void {
    this.#pieces.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes > 2 * keptTailBytes) {
      const kept = Buffer.concat(this.#pieces).subarray(-keptTailBytes)
      this.#pieces = [Buffer.from(kept)]
      this.#bytes = kept.length
    }
  }

  lines(): string[] {
    const lines = Buffer.concat(this.#pieces).toString().split(/\r?\n/)
    if (lines.at(-1) === '') lines.pop()
    return lines.slice(-shownLogLines)
  }
}

function stepOf({
  digest: id,
  name,
  cached: isCached,
  started,
  completed,
  error,
}: Vertex): BuildStep {
  return {
    id,
    name,
    isCached,
    ...(started && { startedMs: millisecondsOf(started) }),
    ...(completed && { completedMs: millisecondsOf(completed) }),
    ...(error !== '' && { error }),
  }
}

function isSame(left: BuildStep, right: BuildStep): boolean {
  return (
    left.isCached === right.isCached &&
    left.startedMs === right.startedMs &&
    left.completedMs === right.completedMs &&
    left.error === right.error
  )
}

function millisecondsOf({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1_000 + nanos / 1_000_000
}
