import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LineDecoder } from '../../lib/line-decoder.ts'
import type { Clock } from '../../platform/clock.ts'
import { type ContainerEvent, containerId } from '../container-state.ts'

const FILE_MAX_BYTES = 1024 * 1024

const eventSchema = z.object({
  kind: z.enum(['created', 'started', 'exited', 'removed', 'out-of-memory']),
  id: z.string(),
  labels: z.record(z.string(), z.string()),
  exitCode: z.number().optional(),
  timeMs: z.number(),
})

/** The file of a state folder that says what happened to its containers. */
function journalPath(root: string): string {
  return join(root, 'events.jsonl')
}

/** Writes down what happens to the containers of a state folder, for whoever follows events. */
export class EventJournal {
  readonly #path: string
  readonly #clock: Clock

  constructor(root: string, clock: Clock) {
    this.#path = journalPath(root)
    this.#clock = clock
  }

  /** Appends one event, now; a line is written in one step. `exitCode` goes with `exited`. */
  record(
    kind: ContainerEvent['kind'],
    { id, labels }: Pick<ContainerEvent, 'id' | 'labels'>,
    exitCode?: number,
  ): void {
    const event: ContainerEvent = {
      kind,
      id,
      labels,
      timeMs: this.#clock.now(),
      ...(exitCode === undefined ? {} : { exitCode }),
    }
    appendFileSync(this.#path, `${JSON.stringify(event)}\n`, { mode: 0o600 })
  }

  /** Begins a new file when the journal is long; readers of the old one read on there. */
  trim(): void {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
    if (size > FILE_MAX_BYTES) renameSync(this.#path, `${this.#path}.1`)
  }
}

/** Reads a journal from its present end on. */
export class JournalReader implements Disposable {
  readonly #path: string
  #file: number
  #lines = new LineDecoder()

  constructor(root: string) {
    this.#path = journalPath(root)
    this.#file = openSync(this.#path, 'a+', 0o600)
    const buffer = Buffer.alloc(64 * 1024)
    while (readSync(this.#file, buffer, 0, buffer.length, null) > 0);
  }

  /** What was added since the last time. */
  read(): ContainerEvent[] {
    const events = this.#rest()
    if (statSync(this.#path, { throwIfNoEntry: false })?.ino === fstatSync(this.#file).ino)
      return events
    closeSync(this.#file)
    this.#file = openSync(this.#path, 'a+', 0o600)
    this.#lines = new LineDecoder()
    return [...events, ...this.#rest()]
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }

  #rest(): ContainerEvent[] {
    const buffer = Buffer.alloc(64 * 1024)
    const events: ContainerEvent[] = []
    for (;;) {
      const count = readSync(this.#file, buffer, 0, buffer.length, null)
      if (count === 0) return events
      for (const line of this.#lines.push(buffer.subarray(0, count))) events.push(decodeEvent(line))
    }
  }
}

function decodeEvent(line: string): ContainerEvent {
  const { exitCode, id, ...event } = eventSchema.parse(JSON.parse(line))
  return { ...event, id: containerId(id), ...(exitCode === undefined ? {} : { exitCode }) }
}
