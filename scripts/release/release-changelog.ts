import { UserError } from '../../src/lib/errors.ts'

/** The heading under which changes wait for a release. */
const unreleased = '## Unreleased'

export type ReleasedChangelog = {
  /** The whole file, with the changes under their version. */
  text: string
  /** What is new in this version, without a heading. */
  notes: string
}

/**
 * Moves what is under "Unreleased" to a section of its own.
 *
 * @param date of the release, `2026-11-24`
 * @throws when there is no such heading, nothing under it, or the version was released before
 */
export function releaseChangelog(
  changelog: string,
  { version, date }: { version: string; date: string },
): ReleasedChangelog {
  const lines = changelog.split('\n')
  const start = lines.indexOf(unreleased)
  if (start < 0) throw new UserError(`CHANGELOG.md has no heading "${unreleased}"`)
  if (lines.some((line) => line.startsWith(`## ${version} `) || line === `## ${version}`))
    throw new UserError(`CHANGELOG.md has a section for ${version} already`)
  const end = endOfSection(lines, start)
  const notes = bodyOf(lines, start, end)
  if (notes === '')
    throw new UserError('CHANGELOG.md has nothing under "Unreleased" to release', {
      fix: 'write there what a user notices',
    })
  const rest = lines.slice(end).join('\n').trim()
  const parts = [
    lines.slice(0, start).join('\n').trimEnd(),
    unreleased,
    `## ${version} (${date})`,
    notes,
    ...(rest === '' ? [] : [rest]),
  ]
  return { text: `${parts.join('\n\n')}\n`, notes }
}

/**
 * What is new in a version that has its section already, without a heading.
 *
 * @throws when it has none
 */
export function releasedNotes(changelog: string, version: string): string {
  const lines = changelog.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`## ${version} `))
  if (start < 0)
    throw new UserError(`CHANGELOG.md has no section for ${version}, which package.json has`, {
      fix: 'name a later version',
    })
  return bodyOf(lines, start, endOfSection(lines, start))
}

/** Where the next section begins. */
function endOfSection(lines: readonly string[], start: number): number {
  const next = lines.findIndex((line, index) => index > start && line.startsWith('## '))
  return next < 0 ? lines.length : next
}

function bodyOf(lines: readonly string[], start: number, end: number): string {
  return lines
    .slice(start + 1, end)
    .join('\n')
    .trim()
}
