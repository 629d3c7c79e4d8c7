import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../platform/host.ts'
import { hasWorktreeConfig } from './git-mounts.ts'
import { git, type GitAnswer } from './git.ts'
import type { PlannedWorktree } from './plan.ts'
import type { RunRecord } from './run-record.ts'

const ofBranch = z.object({
  worktree: z.object({
    branch: z.string(),
    path: z.string(),
    repository: z.string(),
    commonDir: z.string(),
  }),
})

/** The worktree that was made for a run's branch (`agent run --branch`). */
export function worktreeOf({ plan }: RunRecord): PlannedWorktree | undefined {
  return ofBranch.safeParse(plan).data?.worktree
}

/** Settings that name programs and that `git status` obeys. */
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']

type Options = { env: Environment; signal: AbortSignal }

/**
 * Removes the worktree of a branch if nothing is lost by it. The branch itself always stays. A run could write to the
 * worktree, so nothing in there decides what git executes here: its folders are named, and submodules are not looked into.
 *
 * @returns why it stays, in words; undefined: it is gone
 */
export async function removeWorktree(
  worktree: PlannedWorktree,
  options: Options,
): Promise<string | undefined> {
  const { path, repository, commonDir } = worktree
  if (!existsSync(path)) return undefined
  const why = await reasonToKeep(worktree, options)
  if (why !== undefined) return why
  const places = { GIT_DIR: commonDir }
  const words = [...SAFE, 'worktree', 'remove', '--force', path]
  const removed = await git(repository, words, { ...options, places })
  return removed.ok ? undefined : removed.text
}

async function reasonToKeep(
  { path, commonDir }: PlannedWorktree,
  options: Options,
): Promise<string | undefined> {
  const gitDir = gitDirOf(path, commonDir)
  if (gitDir === undefined) return 'it is no worktree of its repository any more'
  if (hasWorktreeConfig(commonDir)) return 'its repository has settings per worktree'
  const places = { GIT_DIR: gitDir, GIT_COMMON_DIR: commonDir, GIT_WORK_TREE: path }
  const ask = (...words: string[]): Promise<GitAnswer> =>
    git(path, [...SAFE, ...words], { ...options, places })
  const head = await ask('symbolic-ref', '--quiet', 'HEAD')
  if (!head.ok) return 'it has no branch checked out, and its commits could be lost'
  const files = await ask('ls-files', '--stage')
  if (!files.ok) return files.text
  if (/^160000 /m.test(files.text)) return 'it has submodules'
  const status = await ask('status', '--porcelain', '--ignore-submodules=all')
  if (!status.ok) return status.text
  return status.text === '' ? undefined : 'it has changes that are not committed'
}

/** The folder that git keeps for a worktree, if it is one of this repository's. */
function gitDirOf(path: string, commonDir: string): string | undefined {
  try {
    const named = /^gitdir: (.+)$/m.exec(readFileSync(join(path, '.git'), 'utf8'))?.[1]
    const gitDir = realpathSync(named ?? '')
    return dirname(gitDir) === join(commonDir, 'worktrees') ? gitDir : undefined
  } catch {
    return undefined
  }
}
