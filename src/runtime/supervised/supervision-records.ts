import { z } from 'zod'

const startSchema = z.object({ startedAtMs: z.number() })

export type StartRecord = z.infer<typeof startSchema>

export function decodeStart(json: string): StartRecord {
  return startSchema.parse(JSON.parse(json))
}

const exitSchema = z.object({
  exitCode: z.number(),
  error: z.string().optional(),
  finishedAtMs: z.number(),
})

export type ExitRecord = z.infer<typeof exitSchema>

export function decodeExit(json: string): ExitRecord {
  return exitSchema.parse(JSON.parse(json))
}

const ownerSchema = z.object({ pid: z.number(), start: z.string(), bootId: z.string() })

/** The first process of the chain, by which all others can be ended. */
export type OwnerRecord = z.infer<typeof ownerSchema>

export function decodeOwner(json: string): OwnerRecord {
  return ownerSchema.parse(JSON.parse(json))
}
