import { z } from 'zod'
import type { RunPlan } from './plan.ts'

const mount = z.strictObject({ source: z.string(), target: z.string(), readonly: z.boolean() })

const port = z.strictObject({ containerPort: z.number(), published: z.string() })

/** What an entry tells, by its type. Values of variables and words after a command's name may be secrets: never in here. */
export const auditEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('created'),
    data: z.strictObject({
      name: z.string(),
      workspace: z.string(),
      runtime: z.string(),
      endpoint: z.string(),
      image: z.string(),
      sandbox: z.strictObject({
        mode: z.string(),
        ociRuntime: z.string().optional(),
        notice: z.string().optional(),
      }),
      mounts: z.array(mount),
      network: z.strictObject({ policy: z.string(), allow: z.array(z.string()) }),
      /** `host`, or `dind`. */
      docker: z.string().optional(),
      /** The engine's socket that the run was given. */
      socket: z.string().optional(),
      /** Image of the container beside the run's own. */
      sidecar: z.string().optional(),
      privileged: z.string().optional(),
      user: z.string().optional(),
      /** Keys of agent.yaml that weaken isolation, each with who allowed it. */
      allowed: z.array(z.string()).optional(),
      envNames: z.array(z.string()),
      program: z.string().optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('started'),
    data: z.strictObject({
      container: z.string(),
      imageId: z.string().optional(),
      digests: z.array(z.string()),
      ports: z.array(port),
    }),
  }),
  z.strictObject({
    type: z.literal('exec'),
    data: z.strictObject({ program: z.string(), interactive: z.boolean() }),
  }),
  z.strictObject({
    type: z.literal('ended'),
    data: z.strictObject({
      state: z.string(),
      exitCode: z.number(),
      requested: z.boolean(),
      error: z.string().optional(),
    }),
  }),
])

export type AuditEvent = z.infer<typeof auditEvent>

/** One line of a log: what happened, and what ties it to the line before. */
export const auditEntry = z.strictObject({
  /** From 1. */
  seq: z.int().positive(),
  /** ISO 8601, UTC. */
  time: z.iso.datetime(),
  type: z.string(),
  /** Hash of the entry before; of the first one, `firstLink`. */
  prev: z.string(),
  data: z.record(z.string(), z.unknown()),
  /** SHA-256, hexadecimal, over all of the above in canonical form. */
  hash: z.string(),
})

export type AuditEntry = z.infer<typeof auditEntry>

/** The entry a run begins with. */
export function createdEvent(plan: RunPlan, endpoint: string): AuditEvent {
  const { allowed, command, sandbox, network, user } = plan
  const [program] = command ?? []
  return {
    type: 'created',
    data: {
      name: plan.name,
      workspace: plan.workspace,
      runtime: plan.runtime,
      endpoint,
      image: plan.image,
      sandbox: { ...sandbox },
      mounts: plan.mounts.map(({ source, target, readonly }) => ({ source, target, readonly })),
      network: {
        policy: network.policy,
        allow: network.allow.map(({ host, port: at }) =>
          at === undefined ? host : `${host}:${at}`,
        ),
      },
      envNames: [...plan.envNames],
      ...dockerFacts(plan),
      ...(allowed === undefined
        ? {}
        : { allowed: allowed.map(({ key, value, by }) => `${key}: ${value} (${by})`) }),
      ...(user === undefined ? {} : { user }),
      ...(program === undefined ? {} : { program }),
    },
  }
}

function dockerFacts({ docker, privileged }: RunPlan): object {
  if (docker === undefined) return {}
  return {
    docker: docker.mode,
    ...(docker.mode === 'host' ? { socket: docker.socket } : { sidecar: docker.buildkitImage }),
    ...(privileged === undefined ? {} : { privileged: privileged.reason }),
  }
}
