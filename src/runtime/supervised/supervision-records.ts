import { z } from 'zod'
import type { ContainerState, ExitStatus } from '../container-state.ts'

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

/** How a container ended, as who waits for it is told. */
export function exitStatus({ exitCode, error }: ExitRecord): ExitStatus {
  return { exitCode, ...(error === undefined ? {} : { error }) }
}

/** What a container's state says of its beginning and its end, as far as it has come. */
export function courseOf(
  start: StartRecord | undefined,
  exit: ExitRecord | undefined,
): Pick<ContainerState, 'startedAtMs' | 'finishedAtMs' | 'exitCode' | 'error'> {
  return {
    ...(start === undefined ? {} : { startedAtMs: start.startedAtMs }),
    ...(exit === undefined ? {} : { ...exitStatus(exit), finishedAtMs: exit.finishedAtMs }),
  }
}

const ownerSchema = z.object({ pid: z.number(), start: z.string(), bootId: z.string() })

/** The first process of the chain, by which all others can be ended. */
export type OwnerRecord = z.infer<typeof ownerSchema>

export function decodeOwner(json: string): OwnerRecord {
  return ownerSchema.parse(JSON.parse(json))
}
