import type { ProcessIdentity, ProcessTable } from '../../src/platform/process-identity.ts'

/** A process table in which the test says who lives. This process always does. */
export class FakeProcessTable implements ProcessTable {
  readonly self: ProcessIdentity = { pid: 1000, start: '1', bootId: 'boot' }
  readonly #living = new Set<string>([keyOf(this.self)])

  /** A new living process. */
  spawn(pid: number): ProcessIdentity {
    const identity = { pid, start: `start of ${pid}`, bootId: 'boot' }
    this.#living.add(keyOf(identity))
    return identity
  }

  kill(identity: ProcessIdentity): void {
    this.#living.delete(keyOf(identity))
  }

  isAlive(identity: ProcessIdentity): boolean {
    return this.#living.has(keyOf(identity))
  }
}

function keyOf({ pid, start, bootId }: ProcessIdentity): string {
  return JSON.stringify([pid, start, bootId])
}
