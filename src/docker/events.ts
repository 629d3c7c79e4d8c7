import * as z from 'zod/mini'

import { LineDecoder } from '../lib/line-decoder.ts'
import { containerId, type ContainerEvent } from '../runtime/container-state.ts'
import type { LabelSelector } from '../runtime/labels.ts'

import { connectionFailure } from './connection-failure.ts'
import { deadlines } from './deadlines.ts'
import type { EngineClient, EngineStream } from './engine-client.ts'
import { labelFilters } from './label-filters.ts'

const kinds = new Map<string, ContainerEvent['kind']>([
  ['create', 'created'],
  ['start', 'started'],
  ['die', 'exited'],
  ['destroy', 'removed'],
  ['oom', 'out-of-memory'],
])

const eventLine = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
  timeNano: z.number(),
})

/** What the engine puts among the labels of an event. */
const ownAttributes = new Set(['image', 'name', 'exitCode', 'execDuration', 'signal'])

/** `GET /events`: what happens to containers with these labels; resolves once the engine answers. */
export async function openEvents(
  client: EngineClient,
  selector: LabelSelector,
  options: { sinceMs?: number; signal: AbortSignal },
): Promise<EngineStream> {
  const { sinceMs, signal } = options
  return client.stream({
    method: 'GET',
    path: '/events',
    query: {
      filters: labelFilters(selector, { type: ['container'], event: [...kinds.keys()] }),
      ...(sinceMs !== undefined && { since: (sinceMs / 1000).toFixed(3) }),
    },
    deadlineMs: deadlines.readMs,
    signal,
  })
}

/** The events of such an answer; throws when it ends, for an engine that lives never ends it. */
export async function* decodeEvents(
  stream: EngineStream,
  endpoint: string,
): AsyncGenerator<ContainerEvent> {
  const lines = new LineDecoder()
  for await (const bytes of stream.chunks) {
    for (const line of lines.push(bytes)) {
      const event = decodeEvent(line)
      if (event !== undefined) yield event
    }
  }
  throw connectionFailure(endpoint, new Error('the engine ended the stream of events'))
}

/** One line of `/events`; undefined for what is none of our kinds. */
export function decodeEvent(line: string): ContainerEvent | undefined {
  if (line.trim() === '') return undefined
  const { Action: action, Actor: actor, timeNano } = eventLine.parse(JSON.parse(line))
  const kind = kinds.get(action)
  if (kind === undefined) return undefined
  const exitCode = Number(actor.Attributes['exitCode'])
  return {
    kind,
    id: containerId(actor.ID),
    labels: Object.fromEntries(
      Object.entries(actor.Attributes).filter(([name]) => !ownAttributes.has(name)),
    ),
    ...(kind === 'exited' && Number.isInteger(exitCode) && { exitCode }),
    timeMs: Math.floor(timeNano / 1e6),
  }
}
