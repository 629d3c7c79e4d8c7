import { spawnSync } from 'node:child_process'
import { UserError } from '../../src/lib/errors.ts'

export type SourceWish = {
  version: string
  /** Nothing is written to the sources: a changed work tree may be tried, and the tag may be there already. */
  keepSources: boolean
}

/**
 * Refuses to release what no commit has, and a version whose tag another commit has.
 *
 * @returns the day of the commit, `2026-11-24`, so that the same commit makes the same files on every day; undefined
 *   where the sources are no git checkout
 */
export function checkSources(
  projectDir: string,
  { version, keepSources }: SourceWish,
): string | undefined {
  const head = git(projectDir, 'rev-parse', '--verify', '--quiet', 'HEAD')
  if (head === undefined) return undefined
  const tagged = git(
    projectDir,
    'rev-parse',
    '--verify',
    '--quiet',
    `refs/tags/v${version}^{commit}`,
  )
  if (tagged !== undefined && !(keepSources && tagged === head))
    throw new UserError(`the tag v${version} is there already, at ${tagged.slice(0, 12)}`, {
      fix: ['name a later version', `git tag -d v${version}, if it was never pushed`],
    })
  if (!keepSources && git(projectDir, 'status', '--porcelain', '--untracked-files=no') !== '')
    throw new UserError('the work tree has changes that no commit has', {
      fix: ['git status', 'or try it on these sources, with --keep-sources'],
    })
  return git(projectDir, 'log', '-1', '--format=%cd', '--date=format-local:%Y-%m-%d')
}

function git(cwd: string, ...args: string[]): string | undefined {
  const env = { ...process.env, TZ: 'UTC' }
  const { status, stdout } = spawnSync('git', args, { cwd, env, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
