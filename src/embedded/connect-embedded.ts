import { systemClock } from '../platform/clock.ts'
import { openLibc } from '../platform/libc.ts'
import { systemProcessTable } from '../platform/process-identity.ts'
import { EmbeddedRuntime } from './embedded-runtime.ts'

/** The embedded runtime whose containers lie in this folder. */
export function connectEmbedded(options: {
  root: string
  selfCommand: readonly string[]
  host: { uid: number; gid: number }
}): EmbeddedRuntime {
  return new EmbeddedRuntime({
    ...options,
    libc: openLibc(),
    clock: systemClock,
    processes: systemProcessTable(),
  })
}
