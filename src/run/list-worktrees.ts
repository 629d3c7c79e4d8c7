import { realPlace } from './mount-guard.ts'
import { git, type GitOptions } from './git.ts'

/** `branch`: absent when none is checked out there. */
export type Worktree = { path: string; branch?: string }

/** The worktrees of a folder's repository, the main one first (`git worktree list --porcelain`). */
export async function listWorktrees(folder: string, options: GitOptions): Promise<Worktree[]> {
  const answer = await git(folder, ['worktree', 'list', '--porcelain'], options)
  if (!answer.ok) return []
  return answer.text
    .split('\n\n')
    .map(parseWorktree)
    .filter((worktree) => worktree !== undefined)
}

function parseWorktree(block: string): Worktree | undefined {
  const path = /^worktree (.+)$/m.exec(block)?.[1]
  if (path === undefined) return undefined
  const branch = /^branch refs\/heads\/(.+)$/m.exec(block)?.[1]
  return { path: realPlace(path), ...(branch !== undefined && { branch }) }
}
