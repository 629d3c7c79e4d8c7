import type { ContainerEvent, ContainerId, ContainerState } from '../runtime/container-state.ts'
import { isSelected, type LabelSelector } from '../runtime/labels.ts'
import { Bell } from '../runtime/supervised/bell.ts'
import type { JournalReader } from '../runtime/supervised/event-journal.ts'

/**
 * How often it is looked for what nobody of ours did: `container` has no events, and each look is a process. What
 * we do ourselves is in a journal.
 */
const LOOK_MS = 5000

type Known = Map<ContainerId, { labels: ContainerEvent['labels']; isOver: boolean }>

/** What happens to containers with these labels, from the call on, until the signal fires. */
export async function* followEvents(options: {
  root: string
  journal: JournalReader
  selector: LabelSelector
  signal: AbortSignal
  list: () => Promise<ContainerState[]>
}): AsyncGenerator<ContainerEvent> {
  const { root, journal, selector, signal, list } = options
  using _journal = journal
  using bell = new Bell(root, signal, LOOK_MS)
  const known: Known = new Map()
  for (;;) {
    signal.throwIfAborted()
    for (const event of journal.read()) {
      if (!isSelected(selector, event.labels)) continue
      // It may have been found by looking already.
      const before = known.get(event.id)
      if (event.kind === 'exited' && before?.isOver === true) continue
      if (event.kind === 'removed') known.delete(event.id)
      else known.set(event.id, { labels: event.labels, isOver: event.kind === 'exited' })
      yield event
    }
    if (bell.isLookingDue()) yield* unannounced(known, await list())
    await bell.ring()
  }
}

/** Ends that nobody of ours brought about or wrote down. */
function* unannounced(known: Known, states: readonly ContainerState[]): Generator<ContainerEvent> {
  const present = new Map(states.map((state) => [state.id, state]))
  const timeMs = Date.now()
  for (const [id, { labels, isOver }] of known) {
    const state = present.get(id)
    if (state === undefined) {
      known.delete(id)
      yield { kind: 'removed', id, labels, timeMs }
    } else if (!isOver && state.phase === 'exited' && state.error !== undefined) {
      known.set(id, { labels, isOver: true })
      yield { kind: 'exited', id, labels, exitCode: state.exitCode ?? 137, timeMs }
    }
  }
  for (const { id, labels, phase } of states)
    if (!known.has(id)) known.set(id, { labels, isOver: phase === 'exited' })
}
