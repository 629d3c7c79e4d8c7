import type { ContainerEvent, ContainerId } from '../runtime/container-state.ts'
import { isSelected, type LabelSelector } from '../runtime/labels.ts'
import { Bell } from '../runtime/supervised/bell.ts'
import type { ContainerStore } from './container-store.ts'
import { JournalReader } from '../runtime/supervised/event-journal.ts'

/** What happens to containers with these labels, from the call on, until the signal fires. */
export function followEvents(
  store: ContainerStore,
  selector: LabelSelector,
  signal: AbortSignal,
): AsyncIterable<ContainerEvent> {
  sweepIfPossible(store)
  const journal = new JournalReader(store.root)
  const running = new Map<ContainerId, ContainerEvent['labels']>()
  for (const { id, labels, phase } of store.list(selector))
    if (phase === 'running') running.set(id, labels)
  return readEvents(store, { journal, running, selector, signal })
}

async function* readEvents(
  store: ContainerStore,
  options: {
    journal: JournalReader
    running: Map<ContainerId, ContainerEvent['labels']>
    selector: LabelSelector
    signal: AbortSignal
  },
): AsyncGenerator<ContainerEvent> {
  const { journal, running, selector, signal } = options
  using _journal = journal
  using bell = new Bell(store.root, signal)
  // Whoever stops following may have been the last one to look.
  using _last = { [Symbol.dispose]: () => sweepIfPossible(store) }
  for (;;) {
    signal.throwIfAborted()
    for (const event of journal.read()) {
      if (!isSelected(selector, event.labels)) continue
      // Its end may have been found by looking already.
      if (event.kind === 'exited' && !running.has(event.id)) continue
      if (event.kind === 'started') running.set(event.id, event.labels)
      if (event.kind === 'exited' || event.kind === 'removed') running.delete(event.id)
      yield event
    }
    const isDue = bell.isLookingDue()
    if (isDue) sweepIfPossible(store)
    for (const event of isDue ? silentEnds(store, running) : []) yield event
    await bell.ring()
  }
}

/** Whoever follows events stays for long, and sees to it that a crash leaves nothing behind for long. */
function sweepIfPossible(store: ContainerStore): void {
  try {
    store.sweep()
  } catch {
    // Somebody else is at it, or the disk is at fault: what is left is tried again at the next look.
  }
}

/** Ends that nobody wrote down. */
function silentEnds(
  store: ContainerStore,
  running: Map<ContainerId, ContainerEvent['labels']>,
): ContainerEvent[] {
  return [...running].flatMap(([id, labels]): ContainerEvent[] => {
    const state = store.state(id)
    if (state?.phase !== 'exited' || state.error === undefined) return []
    running.delete(id)
    const { exitCode = 137 } = state
    return [{ kind: 'exited', id, labels, exitCode, timeMs: state.finishedAtMs ?? 0 }]
  })
}
