import { describe, expect, test } from 'bun:test'
import { RuntimeWatch } from '../../../src/run/runtime-watch.ts'
import type { ContainerRuntime, EventSubscription } from '../../../src/runtime/container-runtime.ts'
import type { ContainerEvent } from '../../../src/runtime/container-state.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { eventually } from './life-cycle.ts'

/** A watched engine whose connection the test breaks, refuses and gives back. */
class Watched implements Disposable {
  readonly seen: string[] = []
  readonly log: string[] = []
  listings = 0
  connections = 0
  refusal: Error | undefined
  listingFailure: Error | undefined
  #emit: (event: ContainerEvent | Error) => void = () => undefined
  readonly watch: RuntimeWatch

  constructor(options: { refusal?: Error; listingFailure?: Error } = {}) {
    Object.assign(this, options)
    this.watch = new RuntimeWatch({
      connect: async () => {
        if (this.refusal !== undefined) throw this.refusal
        return this.#runtime()
      },
      homeId: 'home',
      onEvent: ({ id, kind }) => {
        this.seen.push(`${kind} ${id}`)
        if (id === 'poison') throw new Error('choked')
      },
      onListing: async () => {
        this.listings += 1
        if (this.listingFailure !== undefined) throw this.listingFailure
      },
      log: (line) => this.log.push(line),
    })
  }

  happen(id: string): void {
    this.#emit({ kind: 'exited', id: containerId(id), labels: {}, timeMs: 0 })
  }

  break(message: string): void {
    this.#emit(new Error(message))
  }

  [Symbol.dispose](): void {
    this.watch[Symbol.dispose]()
  }

  #runtime(): ContainerRuntime {
    const engine = new InMemoryRuntime()
    engine.events = (_selector, signal): EventSubscription => {
      this.connections += 1
      return { ready: Promise.resolve(), events: this.#events(signal) }
    }
    return engine
  }

  async *#events(signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const queue: (ContainerEvent | Error)[] = []
    let wake = Promise.withResolvers<void>()
    const stop = (): void => wake.resolve()
    signal.addEventListener('abort', stop)
    this.#emit = (event) => {
      queue.push(event)
      wake.resolve()
    }
    for (;;) {
      signal.throwIfAborted()
      const next = queue.shift()
      if (next instanceof Error) throw next
      if (next !== undefined) yield next
      else {
        await wake.promise
        wake = Promise.withResolvers()
      }
    }
  }
}

describe('a watch on a runtime', () => {
  test('lists once, then passes every event on', async () => {
    using watched = new Watched()
    await watched.watch.ready()
    await eventually(() => watched.listings === 1)
    watched.happen('a')
    watched.happen('b')
    await eventually(() => watched.seen.length === 2)
    expect(watched.seen).toEqual(['exited a', 'exited b'])
    expect(watched.log).toEqual([])
  })

  test('connects and lists again when the stream of events breaks, and says so once', async () => {
    using watched = new Watched()
    await watched.watch.ready()
    for (const round of [2, 3]) {
      watched.break('the engine restarts')
      await eventually(() => watched.listings === round)
    }
    watched.happen('c')
    await eventually(() => watched.seen.length === 1)
    expect(watched.log).toEqual([
      'lost sight of the runtime: the engine restarts',
      'lost sight of the runtime: the engine restarts',
    ])
  })

  test('begins with short pauses again after each break that was mended', async () => {
    using watched = new Watched()
    await watched.watch.ready()
    await eventually(() => watched.listings === 1)
    const startedMs = performance.now()
    for (const round of [2, 3, 4, 5, 6, 7]) {
      watched.break('again')
      await eventually(() => watched.listings === round)
    }
    // Six pauses of 100 ms; doubling ones would take more than six seconds.
    expect(performance.now() - startedMs).toBeLessThan(3000)
  })

  test('tells whoever waits that the runtime cannot be reached, and goes on trying', async () => {
    using watched = new Watched({ refusal: new Error('nobody answers') })
    expect((await rejectionOf(watched.watch.ready())).message).toBe('nobody answers')
    await rejectionOf(watched.watch.ready())
    expect(watched.log).toEqual(['lost sight of the runtime: nobody answers'])
    watched.refusal = undefined
    await watched.watch.ready()
    watched.happen('d')
    await eventually(() => watched.seen.length === 1)
  })

  test('a listing that fails is done again, for what it missed would never be seen', async () => {
    using watched = new Watched({ listingFailure: new Error('not yet') })
    await eventually(() => watched.listings >= 2)
    watched.listingFailure = undefined
    const { listings } = watched
    await eventually(() => watched.listings > listings)
    watched.happen('e')
    await eventually(() => watched.seen.length === 1)
    expect(watched.log).toEqual(['lost sight of the runtime: not yet'])
  })

  test('survives an event that cannot be handled', async () => {
    using watched = new Watched()
    await watched.watch.ready()
    watched.happen('poison')
    await eventually(() => watched.listings === 2)
    expect(watched.log).toEqual(['lost sight of the runtime: choked'])
  })

  test('ends when it is disposed', async () => {
    using watched = new Watched()
    await watched.watch.ready()
    watched.watch[Symbol.dispose]()
    watched.break('late')
    await new Promise(setImmediate)
    expect(watched.connections).toBe(1)
    expect(watched.log).toEqual([])
  })
})
