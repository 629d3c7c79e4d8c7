import type { ContainerEvent, ContainerId, ContainerState } from '../runtime/container-state.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import { type EventKnowledge, followJournal } from '../runtime/supervised/journal-follower.ts'

/**
 * How often it is looked for what nobody of ours did: `container` has no events, and each look is a process. What
 * we do ourselves is in a journal.
 */
const LOOK_MS = 5000

/** What happens to containers with these labels, from the call on, until the signal fires. */
export function followEvents(options: {
  root: string
  selector: LabelSelector
  signal: AbortSignal
  list: () => Promise<ContainerState[]>
}): AsyncIterable<ContainerEvent> {
  const { root, selector, signal, list } = options
  return followJournal(root, new KnownContainers(list), { selector, signal, lookMs: LOOK_MS })
}

/** The containers that were seen, and whether their end was. */
class KnownContainers implements EventKnowledge {
  readonly #known = new Map<ContainerId, { labels: ContainerEvent['labels']; isOver: boolean }>()
  readonly #list: () => Promise<ContainerState[]>

  constructor(list: () => Promise<ContainerState[]>) {
    this.#list = list
  }

  learn({ kind, id, labels }: ContainerEvent): boolean {
    if (kind === 'exited' && this.#known.get(id)?.isOver === true) return false
    if (kind === 'removed') this.#known.delete(id)
    else this.#known.set(id, { labels, isOver: kind === 'exited' })
    return true
  }

  /** Ends that nobody of ours brought about or wrote down. */
  async look(): Promise<ContainerEvent[]> {
    const states = await this.#list()
    const present = new Map(states.map((state) => [state.id, state]))
    const timeMs = Date.now()
    const events: ContainerEvent[] = []
    for (const [id, { labels, isOver }] of this.#known) {
      const state = present.get(id)
      if (state === undefined) {
        this.#known.delete(id)
        events.push({ kind: 'removed', id, labels, timeMs })
      } else if (!isOver && state.phase === 'exited' && state.error !== undefined) {
        this.#known.set(id, { labels, isOver: true })
        events.push({ kind: 'exited', id, labels, exitCode: state.exitCode ?? 137, timeMs })
      }
    }
    for (const { id, labels, phase } of states)
      if (!this.#known.has(id)) this.#known.set(id, { labels, isOver: phase === 'exited' })
    return events
  }
}
