import { randomUUID } from 'node:crypto'

import { byText } from '../../src/lib/by-text.ts'
import { UserError } from '../../src/lib/errors.ts'
import type {
  ImageInfo,
  ImageStore,
  PullProgress,
  StoredImage,
} from '../../src/runtime/image-store.ts'
import type { LabelSelector } from '../../src/runtime/labels.ts'
import type {
  NetworkAddresses,
  NetworkManager,
  NetworkSpec,
  NetworkState,
} from '../../src/runtime/network-manager.ts'
import type { VolumeSpec, VolumeState, VolumeStore } from '../../src/runtime/volume-store.ts'

export function isSelected(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([name, value]) =>
    value === undefined ? name in labels : labels[name] === value,
  )
}

/** Images that are here, and images that a pull would find. */
export class InMemoryImages implements ImageStore {
  async login(): Promise<undefined> {
    return undefined
  }

  async load(tarball: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const _piece of tarball) continue
    this.#here.add('loaded:latest')
  }

  readonly #here = new Set(['busybox:latest'])
  readonly #labels = new Map<string, Readonly<Record<string, string>>>()
  readonly #elsewhere = new Set<string>()

  has(reference: string): boolean {
    return this.#here.has(reference)
  }

  /** From now on a pull finds this image. */
  publish(reference: string): void {
    this.#elsewhere.add(reference)
  }

  /** From now on this image is here, with these labels. */
  add(reference: string, labels: Readonly<Record<string, string>>): void {
    this.#here.add(reference)
    this.#labels.set(reference, labels)
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<StoredImage[]> {
    signal?.throwIfAborted()
    return [...this.#here]
      .sort()
      .map((reference) => ({
        id: `sha256:${reference}`,
        references: [reference],
        sizeBytes: 1,
        createdAtMs: 0,
        labels: this.#labels.get(reference) ?? {},
      }))
      .filter(({ labels }) => isSelected(selector, labels))
  }

  async remove(reference: string): Promise<void> {
    this.#here.delete(reference)
  }

  async inspect(reference: string, signal?: AbortSignal): Promise<ImageInfo | undefined> {
    signal?.throwIfAborted()
    if (!this.has(reference)) return undefined
    return {
      id: `sha256:${reference}`,
      digests: [],
      sizeBytes: 1,
      command: ['sh'],
      entrypoint: [],
      user: '',
    }
  }

  async pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted()
    if (!this.has(reference) && !this.#elsewhere.has(reference)) {
      throw new UserError(`there is no image ${reference}`, { fix: 'check the name and the tag' })
    }
    onProgress({ id: reference, status: 'Downloaded' })
    this.#here.add(reference)
  }
}

export class InMemoryNetworks implements NetworkManager {
  readonly #networks = new Map<string, NetworkState>()

  async ensure(spec: NetworkSpec, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted()
    const existing = [...this.#networks.values()].find(({ name }) => name === spec.name)
    if (existing !== undefined) return existing.id
    const id = randomUUID().replaceAll('-', '')
    this.#networks.set(id, { id, name: spec.name, labels: spec.labels })
    return id
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<NetworkState[]> {
    signal?.throwIfAborted()
    return [...this.#networks.values()]
      .filter(({ labels }) => isSelected(selector, labels))
      .sort(byText(({ name }) => name))
  }

  /** Nothing of this runtime has an address. */
  async addresses(name: string, signal?: AbortSignal): Promise<NetworkAddresses | undefined> {
    signal?.throwIfAborted()
    const isThere = [...this.#networks.values()].some((network) => network.name === name)
    return isThere ? { containers: new Map() } : undefined
  }

  async remove(id: string): Promise<void> {
    this.#networks.delete(id)
  }
}

export class InMemoryVolumes implements VolumeStore {
  readonly #volumes = new Map<string, VolumeState>()

  async ensure({ name, labels }: VolumeSpec, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (!this.#volumes.has(name)) this.#volumes.set(name, { name, labels })
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<VolumeState[]> {
    signal?.throwIfAborted()
    return [...this.#volumes.values()]
      .filter(({ labels }) => isSelected(selector, labels))
      .sort(byText(({ name }) => name))
  }

  async remove(name: string): Promise<void> {
    this.#volumes.delete(name)
  }
}
