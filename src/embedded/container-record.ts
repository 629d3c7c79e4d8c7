import { z } from 'zod'
import type { ContainerSpec } from '../runtime/container-spec.ts'

const mountSchema = z.object({ source: z.string(), target: z.string(), readonly: z.boolean() })

/** What a container was asked to be, and what of the host it was made with. Written once, at creation. */
const recordSchema = z.object({
  createdAtMs: z.number(),
  /** Of the user who made it. */
  hostUid: z.number(),
  hostGid: z.number(),
  /** Files and folders of the host that are shown empty. */
  masked: z.array(z.string()),
  spec: z.object({
    name: z.string(),
    image: z.string(),
    command: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()),
    workingDir: z.string(),
    user: z.string().optional(),
    labels: z.record(z.string(), z.string()),
    mounts: z.array(mountSchema),
    tmpfs: z.array(z.object({ target: z.string(), owner: z.string() })),
    ports: z.array(z.number()),
    extraHosts: z.array(z.object({ name: z.string(), address: z.string() })),
    hostRelays: z.array(z.object({ port: z.number(), socketPath: z.string() })),
    tty: z.boolean(),
    size: z.object({ columns: z.number(), rows: z.number() }).optional(),
    stdin: z.boolean(),
    hostname: z.string(),
    stopSignal: z.string().optional(),
  }),
})

export type ContainerRecord = z.infer<typeof recordSchema>

export function decodeRecord(json: string): ContainerRecord {
  return recordSchema.parse(JSON.parse(json))
}

/** The parts of a spec that this runtime keeps. */
export function recordedSpec(spec: ContainerSpec): ContainerRecord['spec'] {
  return recordSchema.shape.spec.parse(spec)
}

/** Whom the command runs as inside; root of the host is shown as an ordinary user. */
export function identityOf(record: ContainerRecord): { uid: number; gid: number } {
  const ORDINARY = 1000
  const [uid = '', gid = ''] = (record.spec.user ?? '').split(':')
  return {
    uid: Number(uid) || record.hostUid || ORDINARY,
    gid: Number(gid) || record.hostGid || ORDINARY,
  }
}
