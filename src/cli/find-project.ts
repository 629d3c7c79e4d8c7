import { join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { branchWorktree } from '../run/branch-worktree.ts'
import type { PlannedWorktree } from '../run/plan.ts'
import type { AppContext } from './app-context.ts'
import { type LoadedConfig, loadConfig } from './load-settings.ts'
import type { ProgressLines } from './progress-lines.ts'
import { type RunFlags, settingFlags, workspaceOf } from './run-flags.ts'

type Waiting = { progress: ProgressLines; signal: AbortSignal }

/** Where the project is that a command line means. */
type ProjectPlace = {
  /** Real path. */
  workspace: string
  /** The same as the user would write it. */
  path: string
  /** Set with `--branch`: the project as that branch has it, which may have been made for this. */
  worktree?: PlannedWorktree
}

/** The project that a command line means, and the flags with its path. Throws every problem of its configuration. */
export async function findProject(
  app: AppContext,
  asked: RunFlags,
  wait: Waiting,
): Promise<LoadedConfig & Omit<ProjectPlace, 'path'> & { flags: RunFlags }> {
  const { path, ...place } = await placeOf(app, asked, wait)
  const flags = { ...asked, path }
  const file = join(path, 'agent.yaml')
  const { workspace } = place
  const config = loadConfig(app, { workspace, file, flags: settingFlags(flags) })
  return { ...place, ...config, flags }
}

/** The project at PATH, or with `--branch` the same folder in the branch's worktree. */
async function placeOf(
  app: AppContext,
  flags: Pick<RunFlags, 'path' | 'branch' | 'dryRun'>,
  { progress, signal }: Waiting,
): Promise<ProjectPlace> {
  const { path, branch } = flags
  const project = workspaceOf(app.host.cwd, path)
  if (branch === undefined) return { workspace: project, path }
  const { worktree, workspace, made } = await progress.timed('worktree', () =>
    branchWorktree({
      branch,
      project,
      dryRun: flags.dryRun === true,
      env: app.host.env,
      signal,
    }),
  )
  if (made) progress.notice(`made ${worktree.path}, a worktree of the branch ${quoted(branch)}`)
  try {
    return { workspace: workspaceOf('/', workspace), path: workspace, worktree }
  } catch (cause) {
    throw new UserError(`the branch ${quoted(branch)} has no folder ${quoted(workspace)}`, {
      fix: 'name a folder that is on that branch, or another branch',
      exitCode: 2,
      cause,
    })
  }
}
