import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { byText } from '../lib/by-text.ts'
import { UserError } from '../lib/errors.ts'
import { LineDecoder } from '../lib/line-decoder.ts'
import type { ImageInfo, ImageStore, PullProgress, StoredImage } from '../runtime/image-store.ts'
import { isSelected, type LabelSelector } from '../runtime/labels.ts'
import { type AppleCommand, complaintOf } from './apple-command.ts'
import { type AppleImage, decodeImageNames, decodeImages, inspectImages } from './image-answers.ts'

/** A large image over a slow line. */
const PULL_LIMIT_MS = 60 * 60 * 1000

/** The images of Apple's `container`. */
export class AppleImages implements ImageStore {
  readonly #command: AppleCommand
  readonly #architecture: string

  /** @param architecture of the virtual machines, as images name it */
  constructor(command: AppleCommand, architecture: string) {
    this.#command = command
    this.#architecture = architecture
  }

  async inspect(reference: string, signal?: AbortSignal): Promise<ImageInfo | undefined> {
    const [image] = await this.#inspect([reference], signal)
    if (image === undefined) return undefined
    const { digest, sizeBytes, command, entrypoint, user } = image
    return { id: digest, digests: [digest], sizeBytes, command, entrypoint, user }
  }

  async list(selector: LabelSelector, signal?: AbortSignal): Promise<StoredImage[]> {
    const { stdout } = await this.#command.done(['image', 'list', '--format', 'json'], { signal })
    const names = decodeImageNames(stdout)
    if (names.length === 0) return []
    const byId = new Map<string, StoredImage>()
    for (const image of await this.#inspect(names, signal)) {
      if (!isSelected(selector, image.labels)) continue
      const { digest: id, reference, sizeBytes, createdAtMs, labels } = image
      const references = [...(byId.get(id)?.references ?? []), reference].sort()
      byId.set(id, { id, references, sizeBytes, createdAtMs, labels })
    }
    return [...byId.values()].sort(byText(({ id }) => id))
  }

  async remove(reference: string, signal?: AbortSignal): Promise<void> {
    const answer = await this.#command.run(['image', 'delete', reference], { signal })
    if (answer.exitCode === 0 || /not found|notFound/.test(answer.stderr)) return
    throw new UserError(`the image ${reference} cannot be removed: ${complaintOf(answer)}`, {
      fix: 'container list --all',
    })
  }

  async pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const lines = new LineDecoder()
    onProgress({ id: reference, status: 'Pulling' })
    const answer = await this.#command.run(['image', 'pull', reference], {
      signal,
      limitMs: PULL_LIMIT_MS,
      onOutput: (_stream, bytes) => {
        for (const status of lines.push(bytes)) onProgress({ id: reference, status })
      },
    })
    if (answer.exitCode === 0) return
    const [host = ''] = reference.split('/')
    throw new UserError(`the image ${reference} cannot be pulled: ${complaintOf(answer)}`, {
      fix: [
        'check its name, or build it',
        `container registry login ${host.includes('.') ? host : 'docker.io'}`,
      ],
      exitCode: 125,
    })
  }

  /** `container` keeps logins in the keychain, and uses them itself. */
  async login(): Promise<undefined> {
    return undefined
  }

  async load(tarball: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'agent-image-'))
    using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
    const path = join(folder, 'image.tar')
    await pipeline(Readable.from(tarball), createWriteStream(path, { mode: 0o600 }), {
      ...(signal && { signal }),
    })
    const words = ['image', 'load', '--input', path]
    await this.#command.done(words, { signal, limitMs: PULL_LIMIT_MS })
  }

  async #inspect(references: readonly string[], signal?: AbortSignal): Promise<AppleImage[]> {
    const json = await inspectImages(this.#command, references, signal)
    return json === undefined ? [] : decodeImages(json, this.#architecture)
  }
}
