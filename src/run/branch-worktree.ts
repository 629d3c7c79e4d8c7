import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { toDnsLabel } from '../lib/dns-label.ts'
import { UserError, usageError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { shellWord } from '../lib/shell-word.ts'
import type { Environment } from '../platform/host.ts'
import { git } from './git.ts'
import { listWorktrees, type Worktree } from './list-worktrees.ts'
import { realPlace } from './mount-guard.ts'
import type { PlannedWorktree } from './plan.ts'

/** The worktree of a branch, and where the project is in it. */
export type BranchPlace = { worktree: PlannedWorktree; workspace: string; made: boolean }

type Asked = {
  branch: string
  /** Real path of the project whose branch it is; may be a folder in a repository, or a worktree itself. */
  project: string
  /** Makes nothing. */
  dryRun: boolean
  env: Environment
  signal: AbortSignal
}

/**
 * Finds or makes the worktree of a branch (git-worktree(1)), beside the repository: `<repository>.worktrees/<branch>`.
 * A branch that is not there is made: from the one of this name at a remote, or else from what the project has checked
 * out. Throws a `UserError` for whatever cannot be.
 */
export async function branchWorktree(asked: Asked): Promise<BranchPlace> {
  const { branch, project } = asked
  const label = await labelOf(asked)
  const prefix = await inProject(asked, ['rev-parse', '--show-prefix'])
  const common = await inProject(asked, ['rev-parse', '--git-common-dir'])
  if (prefix === undefined || common === undefined)
    throw usageError(`the project ${quoted(project)} is in no git repository`, [
      `git -C ${shellWord(project)} init`,
      'leave out --branch',
    ])
  const worktrees = await listWorktrees(project, asked)
  const repository = worktrees[0]?.path ?? project
  const path = join(`${repository}.worktrees`, label)
  const commonDir = realPlace(resolve(project, common))
  const worktree: PlannedWorktree = { branch, path, repository, commonDir }
  const made = !isThere(worktree, worktrees)
  if (made) await addWorktree(worktree, asked)
  return { worktree, workspace: join(path, prefix), made }
}

/** What the branch's folder is called. */
async function labelOf(asked: Asked): Promise<string> {
  const { branch } = asked
  const label = toDnsLabel(branch)
  const checked = await inProject(asked, ['check-ref-format', '--branch', branch])
  // git answers `@{-1}` with another name.
  if (checked === branch && label !== undefined) return label
  throw usageError(
    `${quoted(branch)} is no name of a branch`,
    'write one like feature/login: git check-ref-format has the rules',
  )
}

/** Whether the branch has its worktree; throws for one that it can not have. */
function isThere({ branch, path }: PlannedWorktree, worktrees: readonly Worktree[]): boolean {
  const holder = worktrees.find((other) => other.branch === branch && existsSync(other.path))
  if (holder?.path === path) return true
  if (holder !== undefined)
    throw new UserError(`the branch ${quoted(branch)} is checked out at ${holder.path}`, {
      fix: [`agent run ${shellWord(holder.path)}`, 'agent run --branch <another branch>'],
      exitCode: 2,
    })
  if (existsSync(path)) throw taken(path, worktrees.find((other) => other.path === path)?.branch)
  return false
}

async function addWorktree({ branch, path }: PlannedWorktree, asked: Asked): Promise<void> {
  if (asked.dryRun)
    throw usageError(`${quoted(branch)} has no worktree yet, and --dry-run makes none`, [
      'leave out --dry-run',
      'leave out --branch: the plan is for what the project has checked out',
    ])
  const source = await sourceOf(branch, asked)
  // --force: git may still know of a worktree here whose folder somebody removed.
  const answer = await git(asked.project, ['worktree', 'add', '--force', ...source(path)], asked)
  asked.signal.throwIfAborted()
  if (answer.ok) return
  throw new UserError(`git could not make the worktree ${quoted(path)}: ${answer.text}`, {
    fix: `make ${dirname(dirname(path))} writable for you, and look at: git -C ${shellWord(asked.project)} worktree list`,
    exitCode: 125,
  })
}

/** What a new worktree begins with, as words for `git worktree add`. */
async function sourceOf(branch: string, asked: Asked): Promise<(path: string) => string[]> {
  const local = await inProject(asked, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])
  if (local !== undefined) return (path) => [path, branch]
  const format = ['for-each-ref', '--format=%(refname:lstrip=2)', `refs/remotes/*/${branch}`]
  const [remote, ...others] = (await inProject(asked, format))?.split('\n').filter(Boolean) ?? []
  if (remote !== undefined && others.length === 0)
    return (path) => ['--track', '-b', branch, path, remote]
  const place = shellWord(asked.project)
  if ((await inProject(asked, ['rev-parse', '--verify', '--quiet', 'HEAD'])) === undefined)
    throw usageError(`the repository of ${quoted(asked.project)} has no commit yet`, [
      `git -C ${place} add . && git -C ${place} commit -m start`,
      'leave out --branch',
    ])
  return (path) => ['--no-track', '-b', branch, path, 'HEAD']
}

function taken(path: string, branch: string | undefined): UserError {
  const what =
    branch === undefined
      ? 'is there already, and is no worktree of this repository'
      : `is the worktree of the branch ${quoted(branch)}`
  return new UserError(`${quoted(path)} ${what}`, {
    fix: `move it away, or name another branch: ${basename(path)} is taken`,
    exitCode: 2,
  })
}

/** What git prints in the project; undefined when it refuses. Without git it is a `UserError`. */
async function inProject(asked: Asked, words: readonly string[]): Promise<string | undefined> {
  const answer = await git(asked.project, words, asked)
  asked.signal.throwIfAborted()
  if (answer.ok) return answer.text
  if (answer.reason === 'missing')
    throw usageError('--branch needs git, which is not installed', 'install git')
  return undefined
}
