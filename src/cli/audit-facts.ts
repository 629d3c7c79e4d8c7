import { type AuditEntry, auditEvent, type AuditEvent } from '../run/audit-entry.ts'

type DataOf<T extends AuditEvent['type']> = Extract<AuditEvent, { type: T }>['data']

/** What an entry tells, in lines for people; an entry of a newer version as JSON. */
export function auditFacts({ type, data }: AuditEntry): string[] {
  const event = auditEvent.safeParse({ type, data })
  if (!event.success) return [JSON.stringify(data)]
  return factsOf(event.data)
}

function factsOf(event: AuditEvent): string[] {
  if (event.type === 'created') return createdFacts(event.data)
  if (event.type === 'started') return startedFacts(event.data)
  if (event.type === 'ended') return endedFacts(event.data)
  return [`${event.data.program}${event.data.interactive ? ', interactive' : ''}`]
}

function createdFacts(data: DataOf<'created'>): string[] {
  const { sandbox, mounts, network, envNames } = data
  return [
    `${data.name} from ${data.workspace} on ${data.runtime} (${data.endpoint})`,
    `image ${data.image}`,
    `sandbox ${sandbox.ociRuntime ?? sandbox.mode}`,
    `network ${network.policy}${network.allow.length > 0 ? `: ${network.allow.join(', ')}` : ''}`,
    ...(data.docker === undefined ? [] : [`docker ${data.docker}`]),
    ...(data.privileged === undefined ? [] : [`privileged: ${data.privileged}`]),
    ...(data.user === undefined ? ["user: the image's own"] : [`user ${data.user}`]),
    ...(data.program === undefined ? [] : [`program ${data.program}`]),
    ...mounts.map(
      ({ source, target, readonly }) =>
        `mount ${source} at ${target}${readonly ? ', read-only' : ''}`,
    ),
    ...(envNames.length > 0 ? [`variables ${envNames.join(', ')}`] : []),
  ]
}

function startedFacts({ container, imageId, digests, ports }: DataOf<'started'>): string[] {
  return [
    `container ${container.slice(0, 12)}`,
    ...(imageId === undefined ? [] : [`image ${imageId}`]),
    ...digests.map((digest) => `digest ${digest}`),
    ...ports.map(({ containerPort, published }) => `port ${containerPort} at ${published}`),
  ]
}

function endedFacts({ state, exitCode, requested, error }: DataOf<'ended'>): string[] {
  const why = error ?? (requested ? 'asked for' : undefined)
  return [`${state}, exit code ${exitCode}${why === undefined ? '' : ` (${why})`}`]
}
