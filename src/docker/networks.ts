import { isIPv4 } from 'node:net'
import * as z from 'zod/mini'

import { byText } from '../lib/by-text.ts'
import { UserError } from '../lib/errors.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import { containerId } from '../runtime/container-state.ts'
import type {
  NetworkAddresses,
  NetworkManager,
  NetworkSpec,
  NetworkState,
} from '../runtime/network-manager.ts'

import { createNetwork } from './create-network.ts'
import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { type EngineError, hasStatus, unlessMissing } from './engine-error.ts'
import { labelFilters } from './label-filters.ts'
import { pause } from './pause.ts'

const networkAnswer = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: z.nullish(z.record(z.string(), z.string())),
})
const listAnswer = z.array(networkAnswer)
const attachedAnswer = z.object({ Containers: z.nullish(z.record(z.string(), z.unknown())) })
const rangeAnswer = z.object({ Gateway: z.optional(z.string()), Subnet: z.optional(z.string()) })
const addressesAnswer = z.object({
  IPAM: z.object({ Config: z.nullish(z.array(rangeAnswer)) }),
  Containers: z.nullish(z.record(z.string(), z.object({ IPv4Address: z.string() }))),
})

const retryMs = 100

/** The Engine API's networks. */
export class DockerNetworks implements NetworkManager {
  readonly #client: EngineClient

  constructor(client: EngineClient) {
    this.#client = client
  }

  /**
   * Several processes may do this at once and end with one network. The name alone does not see to
   * that: engines before Docker 25 only look whether it is taken, then make the network. The bridge's
   * name does: the bridge driver makes one network at a time and refuses a second bridge of a name.
   */
  async ensure(spec: NetworkSpec, signal?: AbortSignal): Promise<string> {
    const limit = AbortSignal.timeout(deadlines.networkMs)
    const both = signal ? AbortSignal.any([signal, limit]) : limit
    try {
      for (;;) {
        const id =
          (await this.#find(spec.name, both)) ?? (await createNetwork(this.#client, spec, both))
        if (id !== undefined) return id
        // Somebody else is making it and has not finished.
        await pause(retryMs, both)
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!limit.aborted) throw error
      throw new UserError(`the network "${spec.name}" could not be made within 30 s`, {
        fix: `docker network inspect ${spec.name}`,
        cause: error,
      })
    }
  }

  /** `GET /networks`, ordered by name. */
  async list(selector: LabelSelector, signal?: AbortSignal): Promise<NetworkState[]> {
    const networks = await this.#list(labelFilters(selector), signal)
    return networks
      .map(({ Id: id, Name: name, Labels: labels }) => ({ id, name, labels: labels ?? {} }))
      .sort(byText(({ name }) => name))
  }

  /** `GET /networks/{name}`; IPv4 only, as our networks are. */
  async addresses(name: string, signal?: AbortSignal): Promise<NetworkAddresses | undefined> {
    const answer = await unlessMissing(
      this.#client.json(addressesAnswer, {
        method: 'GET',
        path: `/networks/${encodeURIComponent(name)}`,
        deadlineMs: deadlines.readMs,
        signal,
      }),
    )
    if (answer === undefined) return undefined
    const range = answer.IPAM.Config?.find((config) => isIPv4(config.Gateway ?? ''))
    const { Gateway: gateway, Subnet: subnet } = range ?? {}
    const containers = Object.entries(answer.Containers ?? {}).map(
      ([id, { IPv4Address: address }]) => [withoutPrefix(address), containerId(id)] as const,
    )
    return {
      containers: new Map(containers),
      ...(gateway === undefined ? {} : { gateway }),
      ...(subnet === undefined ? {} : { subnet }),
    }
  }

  /** `DELETE /networks/{id}`, after whoever is still on it was disconnected. */
  async remove(id: string, signal?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#delete(id, signal)
        return
      } catch (error) {
        if (!isInUse(error)) throw error
        if (attempt === 5) throw stillInUse(id, error)
        await this.#disconnectAll(id, signal)
        await pause(retryMs * attempt, signal)
      }
    }
  }

  async #find(name: string, signal: AbortSignal): Promise<string | undefined> {
    // The engine's filter finds every name that contains this one.
    const networks = await this.#list(JSON.stringify({ name: [name] }), signal)
    return networks.find((network) => network.Name === name)?.Id
  }

  async #list(filters: string, signal?: AbortSignal): Promise<z.infer<typeof listAnswer>> {
    return this.#client.json(listAnswer, {
      method: 'GET',
      path: '/networks',
      query: { filters },
      deadlineMs: deadlines.readMs,
      signal,
    })
  }

  async #delete(id: string, signal?: AbortSignal): Promise<void> {
    await unlessMissing(
      this.#client.call({
        method: 'DELETE',
        path: `/networks/${encodeURIComponent(id)}`,
        deadlineMs: deadlines.networkMs,
        signal,
      }),
    )
  }

  async #disconnectAll(id: string, signal?: AbortSignal): Promise<void> {
    const path = `/networks/${encodeURIComponent(id)}`
    const limits = { deadlineMs: deadlines.networkMs, signal }
    const network = await unlessMissing(
      this.#client.json(attachedAnswer, { method: 'GET', path, ...limits }),
    )
    for (const container of Object.keys(network?.Containers ?? {}).sort()) {
      await unlessMissing(
        this.#client.call({
          method: 'POST',
          path: `${path}/disconnect`,
          body: { Container: container, Force: true },
          ...limits,
        }),
      )
    }
  }
}

/** `10.0.0.2/24` → `10.0.0.2`. */
function withoutPrefix(address: string): string {
  return address.split('/')[0] ?? address
}

function isInUse(error: unknown): error is EngineError {
  return hasStatus(error, 403, 409, 500) && /active endpoints|in use/i.test(error.reason)
}

function stillInUse(id: string, cause: EngineError): UserError {
  return new UserError(`the network ${id.slice(0, 12)} is still in use`, {
    fix: `docker network inspect ${id.slice(0, 12)}`,
    cause,
  })
}
