import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import type { AccessLog } from './access-log.ts'

/** TEMP */
export function runEgress(
  _context: RunContext,
  _access: AccessLog,
): (run: RunRecord, socketPath: string) => Promise<AsyncDisposable> {
  return async () => ({ [Symbol.asyncDispose]: async () => undefined })
}
