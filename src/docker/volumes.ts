import * as z from 'zod/mini'

import { byText } from '../lib/by-text.ts'
import { UserError } from '../lib/errors.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import type { VolumeSpec, VolumeState, VolumeStore } from '../runtime/volume-store.ts'

import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { hasStatus, unlessMissing } from './engine-error.ts'
import { labelFilters } from './label-filters.ts'

const listAnswer = z.object({
  Volumes: z.nullish(
    z.array(z.object({ Name: z.string(), Labels: z.nullish(z.record(z.string(), z.string())) })),
  ),
})

/** The Engine API's volumes. */
export class DockerVolumes implements VolumeStore {
  readonly #client: EngineClient

  constructor(client: EngineClient) {
    this.#client = client
  }

  /** `POST /volumes/create`, which answers with the existing one of this name. */
  async ensure(spec: VolumeSpec, signal?: AbortSignal): Promise<void> {
    await this.#client.call({
      method: 'POST',
      path: '/volumes/create',
      body: { Name: spec.name, Labels: spec.labels },
      deadlineMs: deadlines.changeMs,
      signal,
    })
  }

  /** `GET /volumes`, ordered by name. */
  async list(selector: LabelSelector, signal?: AbortSignal): Promise<VolumeState[]> {
    const { Volumes: volumes } = await this.#client.json(listAnswer, {
      method: 'GET',
      path: '/volumes',
      query: { filters: labelFilters(selector) },
      deadlineMs: deadlines.readMs,
      signal,
    })
    return (volumes ?? [])
      .map(({ Name: name, Labels: labels }) => ({ name, labels: labels ?? {} }))
      .sort(byText(({ name }) => name))
  }

  /** `DELETE /volumes/{name}` */
  async remove(name: string, signal?: AbortSignal): Promise<void> {
    try {
      await unlessMissing(
        this.#client.call({
          method: 'DELETE',
          path: `/volumes/${encodeURIComponent(name)}`,
          deadlineMs: deadlines.changeMs,
          signal,
        }),
      )
    } catch (error) {
      if (!hasStatus(error, 409)) throw error
      throw new UserError(`the volume "${name}" is in use`, {
        fix: `docker ps -a --filter volume=${name}`,
        cause: error,
      })
    }
  }
}
