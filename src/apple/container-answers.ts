import { z } from 'zod'
import type { AddressPort } from '../runtime/container-state.ts'

/** What `container list` and `container inspect` say of a container. Neither knows an exit code. */
export type AppleContainer = {
  id: string
  image: string
  status: 'unknown' | 'stopped' | 'running' | 'stopping'
  labels: Readonly<Record<string, string>>
  /** As asked for, whether it runs or not; ordered by container port. */
  ports: readonly AddressPort[]
}

const statusSchema = z.enum(['unknown', 'stopped', 'running', 'stopping'])

const answerSchema = z.array(
  z.object({
    // A word up to 0.12; from 1.0 on an object whose `state` is that word.
    status: z.union([statusSchema, z.object({ state: statusSchema }).transform((it) => it.state)]),
    configuration: z.object({
      id: z.string().min(1),
      image: z.object({ reference: z.string() }),
      labels: z.record(z.string(), z.string()).default({}),
      publishedPorts: z
        .array(
          z.object({
            hostAddress: z.string(),
            hostPort: z.int().min(1).max(65_535),
            containerPort: z.int().min(1).max(65_535),
          }),
        )
        .default([]),
    }),
  }),
)

/** Decodes the JSON of `container list --format json` and `container inspect`, of 0.x and of 1.x; throws on any other. */
export function decodeContainers(json: string): AppleContainer[] {
  const answer: unknown = JSON.parse(json)
  return answerSchema.parse(answer).map(({ status, configuration }) => ({
    id: configuration.id,
    image: configuration.image.reference,
    status,
    labels: configuration.labels,
    ports: configuration.publishedPorts.toSorted((a, b) => a.containerPort - b.containerPort),
  }))
}
