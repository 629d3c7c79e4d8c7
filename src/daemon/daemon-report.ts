import { z } from 'zod'
import { UserError } from '../lib/errors.ts'
import type { StatePaths } from '../platform/state-paths.ts'

/** The one line a starting daemon writes to whoever started it. */
const reportSchema = z.union([
  z.object({ ready: z.literal(true), port: z.number().optional() }),
  z.object({
    ready: z.literal(false),
    what: z.string(),
    fixes: z.array(z.string()),
    exitCode: z.number(),
  }),
])

export type DaemonReport = z.infer<typeof reportSchema>

export function encodeDaemonReport(report: DaemonReport): string {
  return JSON.stringify(report)
}

/** The port a new daemon listens on, if it does; throws what stopped it. */
export function decodeDaemonReport(
  line: string | undefined,
  paths: StatePaths,
): { port?: number | undefined } {
  if (line === undefined)
    throw new UserError('the background process did not start', {
      fix: `look into ${paths.daemonLog}`,
    })
  const report = reportSchema.parse(JSON.parse(line))
  if (report.ready) return { port: report.port }
  throw new UserError(report.what, { fix: report.fixes, exitCode: report.exitCode })
}
