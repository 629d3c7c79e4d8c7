import { expect, test } from 'bun:test'
import { releaseChangelog, releasedNotes } from '../../../../scripts/release/release-changelog.ts'

const released = { version: '0.2.0', date: '2026-11-24' }

test('what was unreleased gets a section of its own, and an empty one stays above it', () => {
  const before =
    '# Changelog\n\nWords.\n\n## Unreleased\n\n- Add x.\n- Fix y.\n\n## 0.1.0 (2026-01-01)\n\n- Old.\n'
  const { text, notes } = releaseChangelog(before, released)
  expect(text).toBe(
    '# Changelog\n\nWords.\n\n## Unreleased\n\n## 0.2.0 (2026-11-24)\n\n- Add x.\n- Fix y.\n\n## 0.1.0 (2026-01-01)\n\n- Old.\n',
  )
  expect(notes).toBe('- Add x.\n- Fix y.')
})

test('the first release has none before it', () => {
  const { text } = releaseChangelog('# Changelog\n\n## Unreleased\n\n- Add x.\n', released)
  expect(text).toBe('# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-11-24)\n\n- Add x.\n')
})

test('nothing to release, no such heading and a version twice are refused', () => {
  expect(() => releaseChangelog('# Changelog\n\n## Unreleased\n', released)).toThrow(
    'nothing under',
  )
  expect(() => releaseChangelog('# Changelog\n', released)).toThrow('no heading')
  expect(() =>
    releaseChangelog('## Unreleased\n\n- x\n\n## 0.2.0 (2026-01-01)\n', released),
  ).toThrow('already')
})

test('a version that has its section keeps it', () => {
  const changelog =
    '## Unreleased\n\n## 0.2.0 (2026-01-01)\n\n- x\n\n## 0.1.0 (2025-01-01)\n\n- y\n'
  expect(releasedNotes(changelog, '0.2.0')).toBe('- x')
  expect(releasedNotes(changelog, '0.1.0')).toBe('- y')
  expect(() => releasedNotes(changelog, '0.3.0')).toThrow('no section for 0.3.0')
})
