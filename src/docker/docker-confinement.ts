import { Readable } from 'node:stream'
import * as z from 'zod/mini'
import { messageOf, UserError } from '../lib/errors.ts'
import type { Confinement, ConfinementSpec } from '../runtime/confinement.ts'
import { containerId, type ContainerId } from '../runtime/container-state.ts'
import { type ContainerLabels, LABEL_VERSION } from '../runtime/labels.ts'
import { bridgeName } from './bridge-name.ts'
import type { Containers } from './containers.ts'
import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { hasStatus, unlessMissing } from './engine-error.ts'
import { waitForExit } from './exit-wait.ts'
import { EMPTY_IMAGE, guardContainerBody } from './guard-container.ts'
import { storedLogs } from './stored-logs.ts'

const createAnswer = z.object({ Id: z.string() })

const LIMIT_MS = 60_000

/** What our program is told to do in the container, and for which network. */
type GuardWork = Pick<ConfinementSpec, 'network' | 'guard'> & { words: readonly string[] }

/** An archive with nothing in it: two blocks of zeros (POSIX.1, pax Interchange Format). */
const EMPTY_ARCHIVE = Buffer.alloc(1024)

/**
 * Rules in the engine's own network namespace. An ordinary user may not write there, but the engine starts a container for
 * him that may: our own program in an empty image, for some 100 ms (docs/decisions/008-strict-networks.md).
 */
export class DockerConfinement implements Confinement {
  readonly #client: EngineClient
  readonly #containers: Containers
  readonly #command: readonly string[]

  /** @param command how this program is started on the engine's machine */
  constructor(client: EngineClient, containers: Containers, command: readonly string[]) {
    this.#client = client
    this.#containers = containers
    this.#command = command
  }

  async confine(spec: ConfinementSpec, signal?: AbortSignal): Promise<void> {
    const { network, gateway, ports, guard } = spec
    const words = ['install', network, bridgeName(network), gateway, ...ports.map(String)]
    await this.#perform({ network, words, guard }, signal)
  }

  async release(
    { network, guard }: Pick<ConfinementSpec, 'network' | 'guard'>,
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#perform({ network, words: ['lift', network], guard }, signal)
  }

  async #perform(work: GuardWork, signal?: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(LIMIT_MS)
    const both = signal === undefined ? limit : AbortSignal.any([signal, limit])
    // One that a dead process left would keep the name.
    await this.#containers.remove(containerId(work.guard.name), both)
    const id = await this.#create(work, both)
    try {
      const { exitCode, said } = await this.#runToEnd(id, both)
      if (exitCode !== 0) throw refused(work.network, said || `exit code ${exitCode}`)
    } catch (error) {
      signal?.throwIfAborted()
      throw error instanceof UserError ? error : refused(work.network, messageOf(error), error)
    } finally {
      await this.#containers.remove(id)
    }
  }

  /** Creating is not interrupted but by its own deadline: what it may have made has to be removed. */
  async #create({ words, guard }: GuardWork, signal: AbortSignal): Promise<ContainerId> {
    const { name, labels } = guard
    const command = this.#command
    const request = {
      method: 'POST',
      path: '/containers/create',
      query: { name },
      body: guardContainerBody({ command, words: ['__guard', ...words], labels }),
      deadlineMs: deadlines.changeMs,
    } as const
    const made = await unlessMissing(this.#client.json(createAnswer, request))
    if (made !== undefined) return containerId(made.Id)
    await this.#makeEmptyImage(labels, signal)
    return containerId((await this.#client.json(createAnswer, request)).Id)
  }

  /** `POST /images/create` of our own bytes. By the label, `agent clean` finds it. */
  async #makeEmptyImage(labels: ContainerLabels, signal: AbortSignal): Promise<void> {
    const version = labels[LABEL_VERSION]
    await this.#client.call({
      method: 'POST',
      path: '/images/create',
      query: {
        fromSrc: '-',
        repo: EMPTY_IMAGE.repository,
        tag: EMPTY_IMAGE.tag,
        ...(version === undefined ? {} : { changes: `LABEL ${LABEL_VERSION}=${version}` }),
      },
      upload: { contentType: 'application/x-tar', bytes: Readable.from([EMPTY_ARCHIVE]) },
      deadlineMs: deadlines.changeMs,
      signal,
    })
  }

  async #runToEnd(
    id: ContainerId,
    signal: AbortSignal,
  ): Promise<{ exitCode: number; said: string }> {
    const { endpoint } = this.#client
    const { ready, exit } = waitForExit(this.#containers, { id, endpoint, signal })
    await ready
    await this.#containers.start(id, signal)
    const { exitCode } = await exit
    if (exitCode === 0) return { exitCode, said: '' }
    const options = { id, endpoint, signal, follow: false, timestamps: false }
    const chunks: Uint8Array[] = []
    for await (const { bytes } of storedLogs(this.#containers, options)) chunks.push(bytes)
    return { exitCode, said: Buffer.concat(chunks).toString().trim() }
  }
}

function refused(network: string, why: string, cause?: unknown): UserError {
  const what = hasStatus(cause, 500, 400) ? cause.reason : why
  return new UserError(`the network "${network}" could not be closed: ${what}`, {
    fix: [
      'network.policy: strict needs nftables in the kernel of the engine: modprobe nf_tables',
      'agent run --runtime embedded',
    ],
    cause,
  })
}
