import { byText } from '../lib/by-text.ts'
import { sha256Hex } from '../platform/sha256.ts'
import { type AuditEntry, auditEntry, type AuditEvent } from './audit-entry.ts'

/** What a run's row says of its log: how many entries, and the hash of the last. */
export type AuditHead = { count: number; hash: string }

export type AuditVerdict =
  | { kind: 'intact'; entries: readonly AuditEntry[] }
  /** `line` is the first bad one, from 1; `entries` are the good ones before it. */
  | { kind: 'tampered'; line: number; why: string; entries: readonly AuditEntry[] }

/** What the first entry of a run's log follows; another run's log is thereby none of its own. */
export function firstLink(runId: string): string {
  return sha256Hex(`agent-audit/1 ${runId}`)
}

/** The entry that follows `head`. */
export function nextEntry(head: AuditHead, timeMs: number, event: AuditEvent): AuditEntry {
  const { type, data } = event
  const time = new Date(timeMs).toISOString()
  const body = { seq: head.count + 1, time, type, prev: head.hash, data }
  return { ...body, hash: sha256Hex(canonicalJson(body)) }
}

/** Its line in the file, with the line feed. One entry has one spelling, so a byte that changed shows. */
export function formatEntry(entry: AuditEntry): string {
  return `${canonicalJson(entry)}\n`
}

/**
 * Checks a log from its first line to its last against what the run's row says. Finds what was changed, added,
 * removed, reordered, cut off at the end or rewritten as a whole; not what somebody did who rewrote the row too.
 */
export function verifyAudit(text: string, runId: string, head: AuditHead): AuditVerdict {
  const entries: AuditEntry[] = []
  const lines = text.split('\n')
  // What follows the last line feed: nothing, or a line that was cut.
  if (lines.at(-1) === '') lines.pop()
  const tampered = (why: string): AuditVerdict => {
    return { kind: 'tampered', line: entries.length + 1, why, entries }
  }
  for (const line of lines) {
    const entry = decodeLine(line)
    if (entry === undefined) return tampered('its text was changed: it is no entry')
    const why = faultOf(entry, entries.at(-1), runId)
    if (why !== undefined) return tampered(why)
    if (entries.length === head.count) return tampered('it was added: the run never recorded it')
    entries.push(entry)
  }
  const { length: count } = entries
  if (count < head.count)
    return tampered(`the end was cut off: ${count} of ${head.count} entries are left`)
  if (count > 0 && entries.at(-1)?.hash !== head.hash) {
    entries.pop()
    return tampered('the log was rewritten: its last entry is not the one the run recorded')
  }
  if (text !== '' && !text.endsWith('\n')) return tampered('the last line feed was removed')
  return { kind: 'intact', entries }
}

function faultOf(
  entry: AuditEntry,
  before: AuditEntry | undefined,
  runId: string,
): string | undefined {
  const expected = (before?.seq ?? 0) + 1
  const { hash, ...body } = entry
  if (sha256Hex(canonicalJson(body)) !== hash) return 'its content was changed: its hash is another'
  if (entry.seq !== expected)
    return `entry ${entry.seq} stands where entry ${expected} should: one was removed, or the order changed`
  if (entry.prev !== (before?.hash ?? firstLink(runId)))
    return 'it does not follow the entry before it: that one was replaced'
  return undefined
}

/** Undefined when it is not exactly what `formatEntry` writes. */
function decodeLine(line: string): AuditEntry | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const parsed = auditEntry.safeParse(value)
  if (!parsed.success) return undefined
  return canonicalJson(parsed.data) === line ? parsed.data : undefined
}

/** JSON with the keys of every object sorted and without spaces; keys whose value is undefined are left out. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(byText(([name]) => name))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
  return `{${fields.join(',')}}`
}
