import * as z from 'zod/mini'

import {
  type AddressPort,
  containerId,
  type ContainerPhase,
  type ContainerState,
} from '../runtime/container-state.ts'

/** Names of container states in the Engine API; `restarting` is between two lives, `dead` half removed. */
const engineStatus = z.enum([
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
  // Podman's own.
  'configured',
  'initialized',
  'stopped',
  'stopping',
])

const phases: Record<z.infer<typeof engineStatus>, ContainerPhase> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  restarting: 'running',
  stopping: 'running',
  paused: 'paused',
  removing: 'removing',
  exited: 'exited',
  stopped: 'exited',
  dead: 'exited',
}

const nullableLabels = z.nullish(z.record(z.string(), z.string()))

/** `GET /containers/{id}/json`. Addresses are not read: API 1.52 drops them from where they were. */
export const containerInspectAnswer = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({
    Status: engineStatus,
    ExitCode: z.number(),
    Error: z.string(),
    OOMKilled: z.boolean(),
    Pid: z.number(),
    StartedAt: z.string(),
    FinishedAt: z.string(),
  }),
  Config: z.object({ Image: z.string(), Labels: nullableLabels, Tty: z.boolean() }),
  NetworkSettings: z.object({
    Ports: z.nullish(
      z.record(
        z.string(),
        z.nullable(z.array(z.object({ HostIp: z.string(), HostPort: z.string() }))),
      ),
    ),
  }),
})

/** `GET /containers/json`; all but the ids comes from a copy that lags behind, so only those are read. */
export const containerListAnswer = z.array(z.object({ Id: z.string() }))

type Inspected = z.infer<typeof containerInspectAnswer>

export function stateOfInspected(answer: Inspected): ContainerState {
  const { State: state, Config: config } = answer
  const phase = phases[state.Status]
  const startedAtMs = timeMs(state.StartedAt)
  const finishedAtMs = timeMs(state.FinishedAt)
  return {
    id: containerId(answer.Id),
    name: bareName(answer.Name),
    image: config.Image,
    phase,
    ...(phase === 'exited' && { exitCode: state.ExitCode }),
    ...(state.Error && { error: state.Error }),
    outOfMemory: state.OOMKilled,
    labels: config.Labels ?? {},
    ports: publishedPorts(answer.NetworkSettings.Ports ?? {}),
    ...(state.Pid > 0 && { pid: state.Pid }),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(finishedAtMs !== undefined && { finishedAtMs }),
  }
}

function publishedPorts(ports: NonNullable<Inspected['NetworkSettings']['Ports']>): AddressPort[] {
  return Object.entries(ports)
    .flatMap(([port, bindings]) =>
      port.endsWith('/tcp')
        ? (bindings ?? []).map(({ HostIp, HostPort }) => ({
            containerPort: Number.parseInt(port, 10),
            hostAddress: HostIp,
            hostPort: Number(HostPort),
          }))
        : [],
    )
    .sort((a, b) => a.containerPort - b.containerPort || a.hostPort - b.hostPort)
}

/** The API puts a slash before names, from the days of links. */
function bareName(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name
}

/** The API's "never" is the year 1. */
function timeMs(text: string): number | undefined {
  const time = Date.parse(text)
  return Number.isNaN(time) || time <= 0 ? undefined : time
}
