import { describe, expect, test } from 'bun:test'
import { byText } from '../../../src/lib/by-text.ts'
import { withGitMounts } from '../../../src/run/git-mounts.ts'
import type { MountSpec } from '../../../src/runtime/container-spec.ts'

describe('a mount that leads to the repository another way', () => {
  const repository = {
    mounts: [
      { source: '/w/.git', target: '/workspace/.git', readonly: false },
      { source: '/w/.git/hooks', target: '/workspace/.git/hooks', readonly: true },
    ],
    env: {},
    missing: [],
  }
  test.each([
    [
      'the project again',
      mount('/w', '/again'),
      [
        mount('/w', '/again'),
        mount('/w/.git', '/again/.git'),
        mount('/w/.git/hooks', '/again/.git/hooks', true),
      ],
    ],
    [
      'its .git',
      mount('/w/.git', '/g'),
      [mount('/w/.git', '/g'), mount('/w/.git/hooks', '/g/hooks', true)],
    ],
    ['the hooks', mount('/w/.git/hooks', '/h'), [mount('/w/.git/hooks', '/h', true)]],
    ['a hook', mount('/w/.git/hooks/x', '/x'), [mount('/w/.git/hooks/x', '/x', true)]],
    ['all of it, read-only', mount('/w', '/ro', true), [mount('/w', '/ro', true)]],
    ['something else', mount('/w/data', '/data'), [mount('/w/data', '/data')]],
    ['in the place of the hooks', mount('/w/own', '/workspace/.git/hooks'), []],
  ])('%s', (_what, asked, planned) => {
    const mounts = withGitMounts([asked], repository)
    expect(byTarget(mounts)).toEqual(byTarget([...planned, ...repository.mounts]))
  })
})

function mount(source: string, target: string, readonly = false): MountSpec {
  return { source, target, readonly }
}

function byTarget(mounts: readonly MountSpec[]): MountSpec[] {
  return mounts.toSorted(byText(({ target }) => target))
}
