import { Row } from '../lib/row.ts'
import type { Route, RouteOwner, Upstream } from './route.ts'

/** Reads a row of `routes`, all columns selected. Throws `DecodeError`. */
export function decodeRoute(value: unknown): Route {
  const row = new Row('routes', value)
  const containerPort = row.optionalInteger('container_port')
  return {
    agent: row.text('agent'),
    service: row.text('service'),
    upstream: decodeUpstream(row),
    owner: decodeOwner(row),
    ...(containerPort === undefined ? {} : { containerPort }),
    position: row.integer('position'),
  }
}

function decodeUpstream(row: Row): Upstream {
  const port = row.integer('upstream_port')
  const kind = row.oneOf('upstream_kind', isUpstreamKind)
  switch (kind) {
    case 'address':
      return { kind, host: row.text('upstream_host'), port }
    case 'relay':
      return { kind, socketPath: row.text('upstream_path'), port }
    default:
      return kind satisfies never
  }
}

function decodeOwner(row: Row): RouteOwner {
  const runId = row.optionalText('run_id')
  return runId === undefined ? { kind: 'static' } : { kind: 'run', runId }
}

function isUpstreamKind(text: string): text is Upstream['kind'] {
  return text === 'address' || text === 'relay'
}
