import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorCode, UserError, usageError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import { quoted } from '../lib/quoted.ts'
import { type AuditVerdict, formatEntry } from '../run/audit-chain.ts'
import type { AuditEntry } from '../run/audit-entry.ts'
import { resolveRun } from '../run/resolve-run.ts'
import type { RunRecord } from '../run/run-record.ts'
import type { AppContext } from './app-context.ts'
import { auditFacts } from './audit-facts.ts'
import { ExitError } from './exit-error.ts'
import { openStoresForReading } from './stores.ts'
import { formatTable } from './table.ts'

/** First line of an export; `/1` grows when what entries look like changes in a way that readers must know. */
const EXPORT_SCHEMA = 'agent-audit/1'

export type AuditFlags = {
  verify?: true | undefined
  export?: string | undefined
  json: boolean
}

/** `agent audit`: prints, checks or exports the log of a run. A log that was tampered with is never shown without saying so. */
export function showAudit(app: AppContext, name: string, flags: AuditFlags): void {
  const { run, verdict } = readAudit(app, name)
  if (flags.export !== undefined) exportTo(app, flags.export, run, verdict)
  if (flags.json) app.output.answer(JSON.stringify(answerOf(run, verdict), undefined, 2))
  else if (flags.verify === true) app.output.answer(verdictLine(verdict))
  else if (flags.export === undefined) printEntries(app, verdict)
  if (verdict.kind === 'intact') return
  if (flags.json || flags.verify === true) throw new ExitError(1)
  throw new UserError(verdictLine(verdict), { fix: `agent audit ${run.id} --verify` })
}

function readAudit(app: AppContext, name: string): { run: RunRecord; verdict: AuditVerdict } {
  const stores = openStoresForReading(app)
  if (stores === undefined) throw new UserError('there is no run yet', { fix: 'agent run' })
  using _state = stores.state
  const { runs, audit } = stores.context
  const run = resolveRun(runs.list({ live: false }), name, app.clock.now())
  const found = audit.read(run.id)
  if (found === undefined)
    throw new UserError(`"${run.name}" (${run.id}) has no audit log; an older version made it`)
  return { run, verdict: found.verdict }
}

function verdictLine(verdict: AuditVerdict): string {
  if (verdict.kind === 'intact') return `INTACT, ${verdict.entries.length} entries`
  return `TAMPERED at entry ${verdict.line}: ${verdict.why}`
}

function printEntries(app: AppContext, { entries }: AuditVerdict): void {
  const rows = entries.map((entry) => {
    const [first = '', ...others] = auditFacts(entry)
    return [[String(entry.seq), entry.time, entry.type, first], ...others.map(under)]
  })
  for (const line of formatTable(['#', 'TIME', 'EVENT', 'WHAT'], rows.flat()))
    app.output.answer(line.trimEnd())
}

function under(fact: string): string[] {
  return ['', '', '', fact]
}

function answerOf(run: RunRecord, verdict: AuditVerdict): unknown {
  const { kind, entries } = verdict
  const tampered = verdict.kind === 'tampered' ? { badEntry: verdict.line, why: verdict.why } : {}
  return { id: run.id, name: run.name, verdict: kind, ...tampered, entries }
}

/** Never over an existing file: it may be the export of another run. */
function exportTo(app: AppContext, file: string, run: RunRecord, verdict: AuditVerdict): void {
  const path = resolve(app.host.cwd, file)
  const { kind, entries } = verdict
  const head = { schema: EXPORT_SCHEMA, run: run.id, name: run.name, entries: entries.length }
  const text = [
    `${JSON.stringify({ ...head, verdict: kind })}\n`,
    ...entries.map((entry: AuditEntry) => formatEntry(entry)),
  ].join('')
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST')
      throw usageError(`the file ${quoted(file)} exists already`, 'name a file that does not exist')
    throw new UserError(`cannot write the file ${quoted(file)}`, {
      fix: 'name a file in a folder you may write to, on a disk with room left',
      cause,
    })
  }
  app.output.note(printable(`exported ${entries.length} entries to ${path}`))
}
