import type { ContainerEvent, ContainerId } from '../runtime/container-state.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import { type EventKnowledge, followJournal } from '../runtime/supervised/journal-follower.ts'
import type { ContainerStore } from './container-store.ts'

/** How often it is looked for containers that were killed, and for what their makers left. */
const LOOK_MS = 1000

/** What happens to containers with these labels, from the call on, until the signal fires. */
export function followEvents(
  store: ContainerStore,
  selector: LabelSelector,
  signal: AbortSignal,
): AsyncIterable<ContainerEvent> {
  sweepIfPossible(store)
  const running = new RunningContainers(store)
  const events = followJournal(store.root, running, { selector, signal, lookMs: LOOK_MS })
  running.begin(selector)
  return sweepingAfter(events, store)
}

/** Whoever stops following may have been the last one to look. */
async function* sweepingAfter(
  events: AsyncGenerator<ContainerEvent>,
  store: ContainerStore,
): AsyncGenerator<ContainerEvent> {
  using _last = { [Symbol.dispose]: () => sweepIfPossible(store) }
  yield* events
}

/** Whoever follows events stays for long, and sees to it that a crash leaves nothing behind for long. */
function sweepIfPossible(store: ContainerStore): void {
  try {
    store.sweep()
  } catch {
    // Somebody else is at it, or the disk is at fault: what is left is tried again at the next look.
  }
}

/** The containers whose end nobody has heard of. */
class RunningContainers implements EventKnowledge {
  readonly #running = new Map<ContainerId, ContainerEvent['labels']>()
  readonly #store: ContainerStore

  constructor(store: ContainerStore) {
    this.#store = store
  }

  begin(selector: LabelSelector): void {
    for (const { id, labels, phase } of this.#store.list(selector))
      if (phase === 'running') this.#running.set(id, labels)
  }

  learn({ kind, id, labels }: ContainerEvent): boolean {
    if (kind === 'exited' && !this.#running.has(id)) return false
    if (kind === 'started') this.#running.set(id, labels)
    if (kind === 'exited' || kind === 'removed') this.#running.delete(id)
    return true
  }

  async look(): Promise<ContainerEvent[]> {
    sweepIfPossible(this.#store)
    return [...this.#running].flatMap(([id, labels]) => this.#silentEnd(id, labels) ?? [])
  }

  /** An end that nobody wrote down. */
  #silentEnd(id: ContainerId, labels: ContainerEvent['labels']): ContainerEvent | undefined {
    const state = this.#store.state(id)
    if (state?.phase !== 'exited' || state.error === undefined) return undefined
    this.#running.delete(id)
    const { exitCode = 137, finishedAtMs = 0 } = state
    return { kind: 'exited', id, labels, exitCode, timeMs: finishedAtMs }
  }
}
