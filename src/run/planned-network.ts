import { z } from 'zod'

const networkSchema = z.object({
  policy: z.enum(['permissive', 'strict']),
  /** What a strict policy lets through. */
  allow: z.array(z.object({ host: z.string(), port: z.number().optional() })).readonly(),
})

/** What a run may reach outside. */
export type PlannedNetwork = Readonly<z.infer<typeof networkSchema>>

const NOTHING: PlannedNetwork = { policy: 'strict', allow: [] }

/** The network part of a plan as it was kept with its run; a plan that cannot be read allows nothing. */
export function networkOfPlan(plan: unknown): PlannedNetwork {
  const read = z.object({ network: networkSchema }).safeParse(plan)
  return read.success ? read.data.network : NOTHING
}
