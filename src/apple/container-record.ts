import { z } from 'zod'
import type { ContainerSpec } from '../runtime/container-spec.ts'

/** What a container was asked to be, as far as `container` does not tell. Written once, at creation. */
const recordSchema = z.object({
  id: z.string(),
  image: z.string(),
  labels: z.record(z.string(), z.string()),
  tty: z.boolean(),
  stdin: z.boolean(),
  size: z.object({ columns: z.number(), rows: z.number() }).optional(),
  stopSignal: z.string().optional(),
})

export type AppleRecord = z.infer<typeof recordSchema>

export function decodeAppleRecord(json: string): AppleRecord {
  return recordSchema.parse(JSON.parse(json))
}

/** The parts of a spec that are kept. */
export function recordOf(spec: ContainerSpec): AppleRecord {
  return recordSchema.parse({ ...spec, id: spec.name })
}
