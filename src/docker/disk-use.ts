import * as z from 'zod/mini'

import { containerId, type ContainerId } from '../runtime/container-state.ts'
import type { DiskUse } from '../runtime/disk-use.ts'
import type { LabelSelector } from '../runtime/labels.ts'

import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { labelFilters } from './label-filters.ts'

const containersAnswer = z.array(z.object({ Id: z.string(), SizeRw: z.nullish(z.number()) }))
const volumesAnswer = z.object({
  Volumes: z.nullish(
    z.array(z.object({ Name: z.string(), UsageData: z.nullish(z.object({ Size: z.number() })) })),
  ),
})
const infoAnswer = z.object({ DockerRootDir: z.nullish(z.string()) })

/** What the engine's things take of its disk; the engine walks through all files for it. */
export class DockerDiskUse implements DiskUse {
  readonly #client: EngineClient

  constructor(client: EngineClient) {
    this.#client = client
  }

  /** `GET /containers/json?size=1`; one that has written nothing has no size. */
  async containers(
    selector: LabelSelector,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<ContainerId, number>> {
    const containers = await this.#client.json(containersAnswer, {
      method: 'GET',
      path: '/containers/json',
      query: { all: '1', size: '1', filters: labelFilters(selector) },
      deadlineMs: deadlines.readMs,
      signal,
    })
    return new Map(
      containers.map(({ Id: id, SizeRw: sizeBytes }) => [containerId(id), sizeBytes ?? 0]),
    )
  }

  /** `GET /system/df`; -1 stands for a size that is not known. Engines before API 1.42 count all else too. */
  async volumes(signal?: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { Volumes: volumes } = await this.#client.json(volumesAnswer, {
      method: 'GET',
      path: '/system/df',
      query: { type: 'volume' },
      deadlineMs: deadlines.readMs,
      signal,
    })
    return new Map(
      (volumes ?? []).flatMap(({ Name: name, UsageData: usage }) => {
        const sizeBytes = usage?.Size ?? -1
        return sizeBytes < 0 ? [] : [[name, sizeBytes] as const]
      }),
    )
  }

  /** `GET /info` */
  async folder(signal?: AbortSignal): Promise<string | undefined> {
    const { DockerRootDir: folder } = await this.#client.json(infoAnswer, {
      method: 'GET',
      path: '/info',
      deadlineMs: deadlines.readMs,
      signal,
    })
    return folder ?? undefined
  }
}
