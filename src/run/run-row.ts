import { Row } from '../lib/row.ts'
import { isRuntimeKind } from '../runtime/container-state.ts'
import { isResourceKind, type ResourceRecord, type RunRecord } from './run-record.ts'
import { isRunState } from './run-state.ts'

/** Reads a row of `runs`. */
export function decodeRun(value: unknown): RunRecord {
  const row = new Row('runs', value)
  return {
    id: row.text('id'),
    name: row.text('name'),
    state: row.oneOf('state', isRunState),
    runtime: row.oneOf('runtime', isRuntimeKind),
    endpoint: row.text('endpoint'),
    image: row.text('image'),
    workspace: row.text('workspace'),
    attached: row.flag('attached'),
    keep: row.flag('keep'),
    createdAtMs: row.integer('created_at_ms'),
    owner: {
      pid: row.integer('owner_pid'),
      start: row.text('owner_start'),
      bootId: row.text('owner_boot'),
    },
    plan: row.json('plan'),
    ...present('containerId', row.optionalText('container_id')),
    ...present('startedAtMs', row.optionalInteger('started_at_ms')),
    ...present('endedAtMs', row.optionalInteger('ended_at_ms')),
    ...present('exitCode', row.optionalInteger('exit_code')),
    ...present('error', row.optionalText('error')),
    ...present('cleanedAtMs', row.optionalInteger('cleaned_at_ms')),
  }
}

/** Reads a row of `resources`. */
export function decodeResource(value: unknown): ResourceRecord {
  const row = new Row('resources', value)
  return {
    kind: row.oneOf('kind', isResourceKind),
    name: row.text('name'),
    ...present('runtimeId', row.optionalText('runtime_id')),
    ...present('madeAtMs', row.optionalInteger('made_at_ms')),
    ...present('removedAtMs', row.optionalInteger('removed_at_ms')),
  }
}

/** An object with this one key, or an empty one: an optional column as an optional property. */
function present<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  const found: { [P in K]?: T } = {}
  if (value !== undefined) found[key] = value
  return found
}
