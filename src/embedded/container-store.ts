import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { byText } from '../lib/by-text.ts'
import type { Clock } from '../platform/clock.ts'
import type { Libc } from '../platform/libc.ts'
import { ensurePrivateDirectory } from '../platform/private-directory.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import { containerId, type ContainerId, type ContainerState } from '../runtime/container-state.ts'
import { isSelected, type LabelSelector } from '../runtime/labels.ts'
import { StartError } from '../runtime/start-error.ts'
import { EventJournal } from '../runtime/supervised/event-journal.ts'
import { moveAway } from '../runtime/supervised/move-away.ts'
import { courseOf } from '../runtime/supervised/supervision-records.ts'
import { ContainerFolder } from './container-folder.ts'
import { recordedSpec } from './container-record.ts'
import { maskedPlaces } from './masked-places.ts'
import { announceMaking, halfMade, halfRemoved, sweepUnfinished } from './unfinished-folders.ts'

const ID = /^[0-9a-f]{16}$/

/** The containers of one state folder, as files. */
export class ContainerStore {
  readonly root: string
  readonly #libc: Libc
  readonly #clock: Clock
  readonly #journal: EventJournal

  constructor(root: string, { libc, clock }: { libc: Libc; clock: Clock }) {
    this.root = root
    this.#libc = libc
    this.#clock = clock
    this.#journal = new EventJournal(root, clock)
  }

  /** Writes a container down. It appears in one step, so that a crash leaves none or a whole one. */
  create(spec: ContainerSpec, host: { uid: number; gid: number }): ContainerId {
    ensurePrivateDirectory(this.root, host.uid)
    this.#journal.trim()
    this.sweep()
    for (const { source } of spec.mounts)
      if (!existsSync(source))
        throw new StartError(`the mount's source ${source} does not exist`, 125)
    if (this.list({}).some(({ name }) => name === spec.name))
      throw new StartError(`there is a container named "${spec.name}" already`, 125)
    const id = containerId(randomBytes(8).toString('hex'))
    using _ = announceMaking(this.root, this.#libc)
    const unfinished = new ContainerFolder(halfMade(this.root, id))
    unfinished.make()
    writeFileSync(unfinished.hosts, hostsFile(spec), { mode: 0o644 })
    unfinished.writeRecord({
      createdAtMs: this.#clock.now(),
      hostUid: host.uid,
      hostGid: host.gid,
      masked: maskedPlaces(host.uid),
      spec: recordedSpec(spec),
    })
    renameSync(unfinished.path, join(this.root, id))
    this.#journal.record('created', { id, labels: spec.labels })
    return id
  }

  /** Undefined when there is no such container (any more). */
  find(id: ContainerId): ContainerFolder | undefined {
    if (!ID.test(id)) return undefined
    const folder = new ContainerFolder(join(this.root, id))
    return existsSync(folder.path) ? folder : undefined
  }

  state(id: ContainerId): ContainerState | undefined {
    const folder = this.find(id)
    const record = folder?.record()
    if (folder === undefined || record === undefined) return undefined
    const { spec } = record
    const { phase, exit } = folder.condition(this.#libc)
    return {
      id,
      name: spec.name,
      image: spec.image,
      phase,
      outOfMemory: false,
      labels: spec.labels,
      ports:
        phase === 'running'
          ? spec.ports
              .toSorted((a, b) => a - b)
              .map((containerPort) => ({ containerPort, relaySocket: folder.ports }))
          : [],
      ...courseOf(folder.start(), exit),
    }
  }

  /** All with these labels, ordered by name. */
  list(selector: LabelSelector): ContainerState[] {
    if (!existsSync(this.root)) return []
    return readdirSync(this.root)
      .filter((name) => ID.test(name))
      .flatMap((name) => this.state(containerId(name)) ?? [])
      .filter(({ labels }) => isSelected(selector, labels))
      .sort(byText(({ name }) => name))
  }

  /** Takes a container that does not run out of sight in one step, then its files away. */
  remove(id: ContainerId): void {
    const folder = this.find(id)
    if (folder === undefined) return
    const labels = folder.record()?.spec.labels ?? {}
    const removed = halfRemoved(this.root, id)
    if (!moveAway(folder.path, removed)) return
    this.#journal.record('removed', { id, labels })
    rmSync(removed, { recursive: true, force: true })
  }

  /** Takes away what dead processes left half made or half removed. */
  sweep(): void {
    sweepUnfinished(this.root, this.#libc)
  }
}

function hostsFile({ hostname, extraHosts }: ContainerSpec): string {
  const others = extraHosts.map(({ name, address }) => `${address} ${name}\n`).join('')
  return `127.0.0.1 localhost ${hostname}\n::1 localhost ip6-localhost\n${others}`
}
