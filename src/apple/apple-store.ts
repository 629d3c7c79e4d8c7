import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import { sha256Hex } from '../platform/sha256.ts'
import { type ContainerId, containerId } from '../runtime/container-state.ts'
import { EventJournal } from '../runtime/supervised/event-journal.ts'
import { moveAway } from '../runtime/supervised/move-away.ts'
import { AppleFolder } from './apple-folder.ts'
import type { AppleRecord } from './container-record.ts'

/** A folder of a container that is gone is left alone for this long: somebody may be at it. */
const UNTOUCHED_MS = 60 * 60 * 1000

/** A socket's path is short (104 bytes on a Mac), an id need not be. */
const FOLDER_NAME = /^[0-9a-f]{16}$/

/** What we keep of our containers, one folder for each. */
export class AppleStore {
  readonly root: string
  readonly #uid: number
  readonly #clock: Clock
  readonly #journal: EventJournal

  constructor(root: string, { uid, clock }: { uid: number; clock: Clock }) {
    this.root = root
    this.#uid = uid
    this.#clock = clock
    this.#journal = new EventJournal(root, clock)
  }

  /** Not in a state folder that somebody removed: whoever only looks does not bring it back. */
  open(): void {
    if (existsSync(dirname(this.root))) ensurePrivateDirectory(this.root, this.#uid)
  }

  /** Prepares the folder of a container that is about to be made; nobody sees it before `keep`. */
  prepare(record: AppleRecord): AppleFolder {
    ensurePrivateDirectory(this.root, this.#uid)
    this.#journal.trim()
    const folder = new AppleFolder(join(this.root, `making-${randomBytes(8).toString('hex')}`))
    folder.make()
    folder.writeRecord(record)
    return folder
  }

  /** The container has been made. A folder of an earlier one of this name is of no use any more. */
  keep(unfinished: AppleFolder, record: AppleRecord): ContainerId {
    const id = containerId(record.id)
    const path = this.#path(id)
    if (existsSync(path)) rmSync(path, { recursive: true })
    renameSync(unfinished.path, path)
    this.#journal.record('created', { id, labels: record.labels })
    return id
  }

  discard(unfinished: AppleFolder): void {
    rmSync(unfinished.path, { recursive: true, force: true })
  }

  /** Undefined when there is no such container (any more), or it is not ours. */
  find(id: string): AppleFolder | undefined {
    const folder = new AppleFolder(this.#path(id))
    return existsSync(folder.path) ? folder : undefined
  }

  /** Forgets a container that is gone. */
  remove(id: ContainerId): void {
    const folder = this.find(id)
    const record = folder?.record()
    if (folder === undefined) return
    const removed = join(this.root, `gone-${randomBytes(8).toString('hex')}`)
    if (!moveAway(folder.path, removed)) return
    if (record !== undefined) this.#journal.record('removed', { id, labels: record.labels })
    rmSync(removed, { recursive: true, force: true })
  }

  /** Takes away what dead processes left, and what is kept of containers that somebody else removed. */
  sweep(living: ReadonlySet<string>): void {
    if (!existsSync(this.root)) return
    for (const name of readdirSync(this.root)) {
      const path = join(this.root, name)
      const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
      if (changedMs > this.#clock.now() - UNTOUCHED_MS) continue
      if (/^(?:making|gone)-/.test(name)) rmSync(path, { recursive: true, force: true })
      if (!FOLDER_NAME.test(name)) continue
      const record = new AppleFolder(path).record()
      if (record !== undefined && !living.has(record.id)) this.remove(containerId(record.id))
    }
  }

  #path(id: string): string {
    return join(this.root, sha256Hex(id).slice(0, 16))
  }
}
