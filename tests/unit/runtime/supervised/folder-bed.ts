import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { openFlock, tryFlock } from '../../../../src/platform/flock.ts'
import { containerId } from '../../../../src/runtime/container-state.ts'
import { SupervisedFolder } from '../../../../src/runtime/supervised/supervised-folder.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

/** A state folder with one container that has not begun. */
export class FolderBed implements Disposable {
  readonly #temporary = temporaryFolder()
  readonly root = join(this.#temporary.path, 'containers')
  readonly folder = new SupervisedFolder(join(this.root, 'box'))
  readonly container = { id: containerId('box'), labels: { fruit: 'plum' } }
  readonly clock = new FakeClock(1_900_000_000_000)
  readonly flock = openFlock()

  constructor() {
    mkdirSync(this.root)
    this.folder.make()
  }

  /** Until it is disposed of, somebody supervises the container. */
  supervised(): Disposable {
    const lock = openSync(this.folder.lock, 'r+')
    if (!tryFlock(this.flock, lock)) throw new Error('somebody holds the lock')
    return { [Symbol.dispose]: () => closeSync(lock) }
  }

  [Symbol.dispose](): void {
    this.#temporary[Symbol.dispose]()
  }
}
