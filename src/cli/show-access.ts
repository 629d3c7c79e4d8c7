import { setTimeout as delay } from 'node:timers/promises'
import type { AccessLine } from '../daemon/access-line.ts'
import { printable } from '../lib/printable.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isLive } from '../run/run-state.ts'
import { exitProcess } from '../platform/exit.ts'
import type { AppContext } from './app-context.ts'
import { Interruption } from './interruption.ts'
import { readAccess, readAccessFrom } from './read-access.ts'

const POLL_MS = 150

export type AccessFlags = {
  follow: boolean
  /** Absent: all lines. */
  tail?: number
  json: boolean
}

/** `agent logs --access`: who asked the run for what, and what the run asked for outside. */
export async function showAccess(
  app: AppContext,
  run: RunRecord,
  context: RunContext,
  flags: AccessFlags,
): Promise<void> {
  const path = context.paths.runAccess(run.id)
  const { lines, ...read } = await readAccess(path)
  const wanted = flags.tail === undefined ? lines : lines.slice(-flags.tail || lines.length)
  for (const line of wanted) if (!(await print(app, line, flags.json))) return
  if (!flags.follow) return
  using _interruption = new Interruption(['SIGINT', 'SIGTERM'], () => exitProcess(130))
  let { end } = read
  for (;;) {
    // Looked at first: what was written before the end is printed after it.
    const goesOn = isLive(context.runs.find(run.id)?.state ?? 'stopped')
    const more = await readAccessFrom(path, end)
    end = more.end
    for (const line of more.lines) if (!(await print(app, line, flags.json))) return
    if (!goesOn) return
    await delay(POLL_MS)
  }
}

/** False when nobody reads it any more. */
function print(app: AppContext, line: AccessLine, json: boolean): Promise<boolean> {
  const text = json ? JSON.stringify(line) : formatAccessLine(line)
  return app.output.pass('stdout', Buffer.from(`${text}\n`))
}

/** One line for people: time, direction, peer, request, status, bytes, duration, and what went wrong. */
function formatAccessLine(line: AccessLine): string {
  const { time, direction, peer, method, path, status, bytes, durationMs, reason, fix } = line
  const request = path === undefined ? method : `${method} ${path}`
  const way = direction === 'in' ? `-> ${peer}` : `out ${peer}`
  const trouble =
    reason === undefined ? '' : `  ${reason}${fix === undefined ? '' : `; fix: ${fix}`}`
  return printable(`${time}  ${way}  ${request}  ${status}  ${bytes} B  ${durationMs} ms${trouble}`)
}
