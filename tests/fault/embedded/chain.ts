import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ContainerFolder } from '../../../src/embedded/container-folder.ts'
import { childrenOf } from '../../../src/platform/child-processes.ts'
import { identityOf, isAlive, processesInNetns } from '../../engine/engine-processes.ts'
import type { ProcessIdentity } from '../../engine/engine-state.ts'

/** How long anything may live that should be dead. */
const GONE_LIMIT_MS = 15_000

/** The processes that one container of the embedded runtime is, as they were when it was looked at. */
export class Chain {
  readonly outerUnshare: ProcessIdentity
  readonly supervisor: ProcessIdentity
  readonly innerUnshare: ProcessIdentity
  readonly firstInside: ProcessIdentity
  /** All four, and everything that the command has started. */
  readonly everybody: readonly ProcessIdentity[]
  readonly #network: number

  /** @param root folder of the state folder that holds the containers */
  constructor(root: string, containerId: string) {
    const owner = new ContainerFolder(join(root, containerId)).owner()
    if (owner === undefined) throw new Error(`container ${containerId} has no owner`)
    this.everybody = treeOf(owner.pid)
    const [outerUnshare, supervisor, innerUnshare, firstInside] = this.everybody
    if (outerUnshare === undefined || supervisor === undefined)
      throw new Error(`container ${containerId} has no supervising process`)
    if (innerUnshare === undefined || firstInside === undefined)
      throw new Error(`nothing runs in container ${containerId}`)
    this.outerUnshare = outerUnshare
    this.supervisor = supervisor
    this.innerUnshare = innerUnshare
    this.firstInside = firstInside
    const link = readlinkSync(`/proc/${supervisor.pid}/ns/net`)
    this.#network = Number(/\d+/.exec(link)?.[0])
  }

  /** Waits until nobody of it lives, whoever came later included; returns how long that took, in milliseconds. */
  async gone(): Promise<number> {
    const startedMs = performance.now()
    for (;;) {
      const known = this.everybody.filter(isAlive)
      const left = known.length > 0 ? known : await processesInNetns(this.#network)
      const elapsedMs = performance.now() - startedMs
      if (left.length === 0) return elapsedMs
      if (elapsedMs > GONE_LIMIT_MS)
        throw new Error(`still alive: ${left.map(({ pid }) => pid).join(' ')}`)
      await Bun.sleep(1)
    }
  }

  /** What the command started may come and go. */
  isWhole(): boolean {
    return [this.outerUnshare, this.supervisor, this.innerUnshare, this.firstInside].every(isAlive)
  }
}

/** From the root down, the first child first. */
function treeOf(pid: number): ProcessIdentity[] {
  const identity = identityOf(pid)
  return identity === undefined ? [] : [identity, ...childrenOf(pid).flatMap(treeOf)]
}
