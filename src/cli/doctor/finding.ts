/** What one check came to. `broken`: runs do not work here until it is mended. */
export type Finding = {
  check: string
  outcome: 'ok' | 'notice' | 'broken'
  /** Lower case, no full stop. */
  detail: string
  /** Commands or edits, any of which mends it. */
  fix?: readonly string[]
}

export function ok(check: string, detail: string): Finding {
  return { check, outcome: 'ok', detail }
}

export function notice(check: string, detail: string, fix: readonly string[] = []): Finding {
  return withFix({ check, outcome: 'notice', detail }, fix)
}

export function broken(check: string, detail: string, fix: readonly string[]): Finding {
  return withFix({ check, outcome: 'broken', detail }, fix)
}

function withFix(finding: Finding, fix: readonly string[]): Finding {
  return fix.length === 0 ? finding : { ...finding, fix }
}
