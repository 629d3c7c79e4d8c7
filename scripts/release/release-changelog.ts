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
  if (start < 0) throw new Error(`CHANGELOG.md has no heading "${unreleased}"`)
  if (lines.some((line) => line.startsWith(`## ${version} `) || line === `## ${version}`))
    throw new Error(`CHANGELOG.md has a section for ${version} already`)
  const next = lines.findIndex((line, index) => index > start && line.startsWith('## '))
  const end = next < 0 ? lines.length : next
  const notes = lines
    .slice(start + 1, end)
    .join('\n')
    .trim()
  if (notes === '') throw new Error('CHANGELOG.md has nothing under "Unreleased" to release')
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
