import { shellWord } from '../lib/shell-word.ts'
import type { PlannedWorktree } from '../run/plan.ts'
import { removeWorktree, worktreeOf } from '../run/remove-worktree.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import type { AppContext } from './app-context.ts'

const REMOVAL_LIMIT_MS = 60_000

/** What became of things that outlive runs. */
export type Aftermath = {
  /** Projects whose home is gone. */
  homes?: readonly string[]
  /** What the user is told, in words. */
  notes: readonly string[]
  /** What should have gone and did not, in words. */
  failures: readonly string[]
}

/** Removes the worktrees of destroyed runs that no live run is in. One that holds somebody's work stays, and is told. */
export async function destroyWorktrees(
  app: AppContext,
  { runs: store }: RunContext,
  runs: readonly RunRecord[],
): Promise<Aftermath> {
  const destroyed = runs.filter(({ id }) => store.find(id) === undefined)
  const live = store.list({ live: true })
  const signal = AbortSignal.timeout(REMOVAL_LIMIT_MS)
  const notes: string[] = []
  const seen = new Set<string>()
  for (const worktree of destroyed.map(worktreeOf)) {
    if (worktree === undefined || seen.has(worktree.path)) continue
    seen.add(worktree.path)
    const user = live.find((run) => worktreeOf(run)?.path === worktree.path)
    const why =
      user === undefined
        ? await removeWorktree(worktree, { env: app.host.env, signal })
        : `"${user.name}" (${user.id}) is in it`
    if (why !== undefined) notes.push(`the worktree ${worktree.path} stays: ${why}`)
    if (why !== undefined && user === undefined)
      notes.push(`to remove it all the same: ${removalOf(worktree)}`)
  }
  return { notes, failures: [] }
}

/** For the user's shell, when nothing in the worktree is worth keeping. */
function removalOf({ repository, path }: PlannedWorktree): string {
  return `git -C ${shellWord(repository)} worktree remove --force ${shellWord(path)}`
}
