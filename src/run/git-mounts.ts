import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isWithin, WORKSPACE_TARGET } from '../config/mount.ts'
import { errorCode, UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import type { MountSpec } from '../runtime/container-spec.ts'

export type GitMounts = {
  mounts: MountSpec[]
  env: Record<string, string>
  /** Sources of mounts that are to be made first (`makeMissing`): what is not there could be made inside. */
  missing: MissingPart[]
}

type MissingPart = { path: string; kind: 'folder' | 'file' }

/** What git on the host executes, or executes what it names (githooks(5), git-config(1)). */
const EXECUTED = [
  { part: 'hooks', kind: 'folder' },
  { part: 'config', kind: 'file' },
  { part: 'config.worktree', kind: 'file' },
] as const

/**
 * What a git workspace needs. Hooks and configuration are read-only inside, because git on the host
 * executes what they name. A worktree's repository lies elsewhere and is mounted at its own path, and git
 * inside must not prune the other worktrees, whose folders it cannot see (git-worktree(1)).
 *
 * @param workspace its real path
 * @throws UserError for hooks or configuration that a link takes out of the repository
 */
export function gitMounts(workspace: string): GitMounts {
  const entry = realPath(join(workspace, '.git'))
  // Where a link leaves the project, it leads nowhere inside, and is no reason to mount what it names.
  if (entry === undefined || !isWithin(entry, workspace))
    return { mounts: [], env: {}, missing: [] }
  const target = (path: string): string => join(WORKSPACE_TARGET, relative(workspace, path))
  if (statSync(entry).isDirectory())
    return { ...repository(entry, target(entry), workspace), env: {} }
  // Or else it could be replaced by a folder with hooks of its own.
  const file: MountSpec = { source: entry, target: target(entry), readonly: true }
  const gitDir = gitDirOf(entry)
  if (gitDir !== undefined && isWithin(gitDir, workspace)) {
    const { mounts, missing } = repository(gitDir, target(gitDir), workspace)
    return { mounts: [file, ...mounts], missing, env: {} }
  }
  const common = gitDir && commonDirOf(gitDir, entry)
  if (gitDir === undefined || common === undefined) return { mounts: [file], env: {}, missing: [] }
  const home = basename(common) === '.git' ? dirname(common) : common
  const { mounts, missing } = repository(common, common, home)
  return {
    mounts: [file, ...mounts, ...linksOf(gitDir)],
    missing,
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'gc.worktreePruneExpire',
      GIT_CONFIG_VALUE_0: 'never',
    },
  }
}

/** What a worktree says of where its repository is: git on the host would go wherever a run has it lead. */
function linksOf(gitDir: string): MountSpec[] {
  const links = ['commondir', 'gitdir'].map((name): MountSpec => {
    const path = join(gitDir, name)
    return { source: path, target: path, readonly: true }
  })
  return [{ source: gitDir, target: gitDir, readonly: false }, ...links]
}

/**
 * A repository with its executed parts read-only. It is a mount of its own because a folder that is none can be
 * moved away with everything mounted in it, and another one be put in its place.
 * @param home the folder that links in it must not leave
 */
function repository(
  gitDir: string,
  target: string,
  home: string,
): Pick<GitMounts, 'mounts' | 'missing'> {
  const mounts: MountSpec[] = [{ source: gitDir, target, readonly: false }]
  const missing: MissingPart[] = []
  for (const { part, kind } of EXECUTED) {
    const path = join(gitDir, part)
    const source = realPath(path)
    if (source !== undefined && !isWithin(source, home)) throw leadsOutside(path, source)
    if (source === undefined && part === 'config.worktree' && !hasWorktreeConfig(gitDir)) continue
    if (source === undefined) missing.push({ path, kind })
    mounts.push({ source: source ?? path, target: `${target}/${part}`, readonly: true })
  }
  return { mounts, missing }
}

/** Makes the sources of mounts that are not there yet; empty, they mean nothing to git. */
export function makeMissing(missing: readonly MissingPart[]): void {
  for (const { path, kind } of missing) {
    try {
      if (kind === 'folder') mkdirSync(path)
      else writeFileSync(path, '', { flag: 'wx' })
    } catch (cause) {
      if (errorCode(cause) === 'EEXIST') continue
      throw new UserError(`cannot make ${quoted(path)}, to keep it read-only inside`, {
        fix: `make ${dirname(path)} writable for you`,
        exitCode: 125,
        cause,
      })
    }
  }
}

/** Only then git reads config.worktree (git-worktree(1), extensions.worktreeConfig). */
export function hasWorktreeConfig(gitDir: string): boolean {
  try {
    return /worktreeconfig/i.test(readFileSync(join(gitDir, 'config'), 'utf8'))
  } catch {
    return false
  }
}

/**
 * All mounts of a run. What git executes stays read-only by whichever way a mount leads to it, and no
 * mount takes its place.
 */
export function withGitMounts(asked: readonly MountSpec[], git: GitMounts): MountSpec[] {
  const executed = git.mounts.filter(({ readonly }) => readonly)
  const mounts = asked.map((mount) =>
    executed.some(({ source }) => isWithin(mount.source, source))
      ? { ...mount, readonly: true }
      : mount,
  )
  const seenAgain = mounts
    .filter(({ readonly }) => !readonly)
    .flatMap((mount) =>
      git.mounts
        .filter(({ source }) => isWithin(source, mount.source))
        .map((part) => ({
          ...part,
          target: join(mount.target, relative(mount.source, part.source)),
        })),
    )
  const all = [...mounts, ...seenAgain, ...git.mounts]
  return [...new Map(all.map((mount) => [mount.target, mount])).values()]
}

function leadsOutside(path: string, source: string): UserError {
  return new UserError(
    `${quoted(path)} is a link to ${quoted(source)}, which lies outside the project`,
    { fix: 'put a copy in the place of the link, or set core.hooksPath', exitCode: 2 },
  )
}

/** The folder that a `.git` file names (gitrepository-layout(5)). */
function gitDirOf(gitFile: string): string | undefined {
  const path = pathIn(gitFile, /^gitdir: (.+)$/m)
  if (path === undefined || !existsSync(join(path, 'HEAD'))) return undefined
  return realPath(path)
}

/**
 * The repository of a linked worktree. Only believed when the worktree is one of those that this very repository
 * keeps, and is kept there as ours: a checkout cannot have any folder mounted by naming it in a file.
 */
function commonDirOf(gitDir: string, gitFile: string): string | undefined {
  const back = pathIn(join(gitDir, 'gitdir'), /^(.+)$/m)
  const common = realPath(dirname(dirname(gitDir)))
  const named = pathIn(join(gitDir, 'commondir'), /^(.+)$/m)
  if (back === undefined || common === undefined || named === undefined) return undefined
  const isKept = dirname(gitDir) === join(common, 'worktrees') && realPath(named) === common
  const isOurs = realPath(back) === gitFile
  return isKept && isOurs && existsSync(join(common, 'HEAD')) ? common : undefined
}

/** The path that a file holds, resolved against the file's folder. */
function pathIn(file: string, pattern: RegExp): string | undefined {
  try {
    const path = pattern.exec(readFileSync(file, 'utf8'))?.[1]
    return path === undefined ? undefined : resolve(dirname(file), path.trim())
  } catch {
    return undefined
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
