import { expect, test } from 'bun:test'
import { explain } from '../../../src/embedded/namespaces.ts'

const none = (): undefined => undefined

test.each([
  ['unshare: unshare failed: No space left on device', {}, 'switched off'],
  ['unshare: fork failed: Resource temporarily unavailable', {}, 'may not have more processes'],
  ['unshare: mount /proc failed: Operation not permitted', {}, 'hides parts of /proc'],
  [
    'unshare: write failed /proc/self/uid_map: Operation not permitted',
    { 'kernel/apparmor_restrict_unprivileged_userns': '1' },
    'AppArmor',
  ],
  [
    'unshare: unshare failed: Operation not permitted',
    { 'kernel/unprivileged_userns_clone': '0' },
    'the kernel keeps user namespaces',
  ],
  ['unshare: unshare failed: Operation not permitted', {}, 'forbidden here'],
  ["unshare: unrecognized option '--kill-child'", {}, 'not that of util-linux'],
  ['something new', {}, 'something new'],
] as const)('%s %p means: %s', (text, settings, meaning) => {
  const known = new Map<string, string>(Object.entries(settings))
  const error = explain({ missing: false, text }, 'embedded:///x', (name) => known.get(name))
  expect(error.message).toContain(meaning)
  expect(error.fixes.length).toBeGreaterThan(0)
})

test('without util-linux that is what is missing', () => {
  const error = explain({ missing: true, text: '' }, 'embedded:///x', none)
  expect(error.fixes[0]).toBe('install util-linux')
})
