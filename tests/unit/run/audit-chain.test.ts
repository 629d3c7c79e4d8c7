import { describe, expect, test } from 'bun:test'
import {
  type AuditHead,
  firstLink,
  formatEntry,
  nextEntry,
  verifyAudit,
} from '../../../src/run/audit-chain.ts'

const RUN = 'run_0123456789ab'

function logOf(programs: readonly string[]): { lines: string[]; head: AuditHead } {
  let head: AuditHead = { count: 0, hash: firstLink(RUN) }
  const lines = programs.map((program) => {
    const entry = nextEntry(head, 0, { type: 'exec', data: { program, interactive: false } })
    head = { count: entry.seq, hash: entry.hash }
    return formatEntry(entry)
  })
  return { lines, head }
}

const { lines, head } = logOf(['a', 'b', 'c'])
const [one = '', two = '', three = ''] = lines
const rewritten = logOf(['a', 'x', 'c']).lines
const longer = logOf(['a', 'b', 'c', 'd']).lines

describe('an audit log', () => {
  test('is intact as it was written', () => {
    expect(verifyAudit(lines.join(''), RUN, head)).toMatchObject({ kind: 'intact' })
  })

  test('of another run is none of this one', () => {
    const found = verifyAudit(lines.join(''), 'run_ba9876543210', head)
    expect(found).toMatchObject({ kind: 'tampered', line: 1 })
  })

  test.each<[name: string, text: string, line: number, why: RegExp]>([
    ['a changed value', one + two.replace('"b"', '"z"') + three, 2, /content was changed/],
    ['another spelling', `${one} ${two}${three}`, 2, /text was changed/],
    ['a deleted entry', one + three, 2, /entry 3 stands where entry 2 should/],
    ['a deleted first entry', two + three, 1, /entry 2 stands where entry 1 should/],
    ['reordered entries', two + one + three, 1, /entry 2 stands where entry 1 should/],
    ['a cut tail', one + two, 3, /cut off: 2 of 3/],
    ['a cut line', one + two + three.slice(0, 20), 3, /text was changed/],
    ['a missing file', '', 1, /cut off: 0 of 3/],
    ['a rewritten log with a valid chain', rewritten.join(''), 3, /was rewritten/],
    ['an added entry with a valid chain', longer.join(''), 4, /was added/],
    ['one entry of another chain', one + (rewritten[1] ?? '') + three, 3, /does not follow/],
    ['a removed last line feed', lines.join('').slice(0, -1), 4, /line feed/],
  ])('shows %s', (_name, text, line, why) => {
    const found = verifyAudit(text, RUN, head)
    expect(found).toMatchObject({ kind: 'tampered', line })
    expect(found.kind === 'tampered' ? found.why : '').toMatch(why)
  })

  test('shows every byte that is flipped', () => {
    const bytes = Buffer.from(lines.join(''))
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      expect([at, verifyAudit(flipped.toString('utf8'), RUN, head).kind]).toEqual([at, 'tampered'])
    }
  })
})
