import { watch } from 'node:fs'
import type { ContainerEvent, ContainerId } from '../runtime/container-state.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import { type ContainerStore, isSelected } from './container-store.ts'
import { JournalReader } from './event-journal.ts'

/** Whoever is killed tells nothing, so it is looked for this often. */
const LOOK_MS = 1000

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

/** Rings when the state folder changes, and now and then. */
class Bell implements Disposable {
  readonly #undo = new DisposableStack()
  #rung = Promise.withResolvers<void>()
  #isDue = false

  constructor(root: string, signal: AbortSignal) {
    const ring = (): void => this.#rung.resolve()
    const watcher = watch(root, ring)
    this.#undo.defer(() => watcher.close())
    // Without the watcher it still rings by the clock.
    watcher.on('error', () => undefined)
    const timer = setInterval(() => {
      this.#isDue = true
      ring()
    }, LOOK_MS)
    this.#undo.defer(() => clearInterval(timer))
    signal.addEventListener('abort', ring, { once: true })
    this.#undo.defer(() => signal.removeEventListener('abort', ring))
  }

  async ring(): Promise<void> {
    await this.#rung.promise
    this.#rung = Promise.withResolvers()
  }

  /** True once after each turn of the clock. */
  isLookingDue(): boolean {
    const isDue = this.#isDue
    this.#isDue = false
    return isDue
  }

  [Symbol.dispose](): void {
    this.#undo.dispose()
  }
}
