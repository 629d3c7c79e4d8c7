import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { WORKSPACE_TARGET } from '../config/mount.ts'
import type { MountSpec } from '../runtime/container-spec.ts'

export type GitMounts = { mounts: MountSpec[]; env: Record<string, string> }

/**
 * What a git workspace needs. Hooks and configuration are read-only inside, because git on the host
 * executes what they name. A worktree's repository lies elsewhere and is mounted at its own path, and git
 * inside must not prune the other worktrees, whose folders it cannot see (git-worktree(1)).
 */
export function gitMounts(workspace: string): GitMounts {
  const entry = join(workspace, '.git')
  if (!existsSync(entry)) return { mounts: [], env: {} }
  if (statSync(entry).isDirectory())
    return { mounts: readonlyParts(entry, `${WORKSPACE_TARGET}/.git`), env: {} }
  const common = commonDir(entry)
  if (common === undefined) return { mounts: [], env: {} }
  return {
    mounts: [{ source: common, target: common, readonly: false }, ...readonlyParts(common, common)],
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'gc.worktreePruneExpire',
      GIT_CONFIG_VALUE_0: 'never',
    },
  }
}

function readonlyParts(gitDir: string, target: string): MountSpec[] {
  return ['hooks', 'config']
    .filter((part) => existsSync(join(gitDir, part)))
    .map((part) => ({
      source: realpathSync(join(gitDir, part)),
      target: `${target}/${part}`,
      readonly: true,
    }))
}

/**
 * The main repository of a linked worktree (gitrepository-layout(5)). Only believed when that repository
 * knows this worktree in turn: a checkout cannot have any folder mounted by naming it in a `.git` file.
 */
function commonDir(gitFile: string): string | undefined {
  const gitDir = pathIn(gitFile, /^gitdir: (.+)$/m)
  if (gitDir === undefined) return undefined
  const back = pathIn(join(gitDir, 'gitdir'), /^(.+)$/m)
  const common = pathIn(join(gitDir, 'commondir'), /^(.+)$/m)
  if (back === undefined || common === undefined) return undefined
  if (real(back) !== real(gitFile) || !existsSync(join(common, 'HEAD'))) return undefined
  return real(common)
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

function real(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
