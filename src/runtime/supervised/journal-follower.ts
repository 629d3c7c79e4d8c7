import type { ContainerEvent } from '../container-state.ts'
import { isSelected, type LabelSelector } from '../labels.ts'
import { Bell } from './bell.ts'
import { JournalReader } from './event-journal.ts'

/** What a runtime knows besides the journal of its containers. */
export type EventKnowledge = {
  /** Takes note of an event that was written down; false when it is known already, by looking. */
  learn(event: ContainerEvent): boolean
  /** Looks for what nobody wrote down. */
  look(): Promise<ContainerEvent[]>
}

/**
 * What happens to containers with these labels, from the call on, until the signal fires: as it is written down, and
 * every `lookMs` what is found by looking.
 */
export function followJournal(
  root: string,
  knowledge: EventKnowledge,
  options: { selector: LabelSelector; signal: AbortSignal; lookMs: number },
): AsyncGenerator<ContainerEvent> {
  return follow(root, new JournalReader(root), knowledge, options)
}

async function* follow(
  root: string,
  journal: JournalReader,
  knowledge: EventKnowledge,
  options: { selector: LabelSelector; signal: AbortSignal; lookMs: number },
): AsyncGenerator<ContainerEvent> {
  const { selector, signal, lookMs } = options
  using _journal = journal
  using bell = new Bell(root, signal, lookMs)
  for (;;) {
    signal.throwIfAborted()
    for (const event of journal.read())
      if (isSelected(selector, event.labels) && knowledge.learn(event)) yield event
    if (bell.isLookingDue()) yield* await knowledge.look()
    await bell.ring()
  }
}
