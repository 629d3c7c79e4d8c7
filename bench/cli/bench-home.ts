import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Invocation } from '../whole-process.ts'

/** Folders the measured programs run in: nothing of the user's own state or configuration takes part. */
export type BenchHome = {
  /** State folder without runs. */
  emptyState: string
  /** State folder with one live run. */
  liveState: string
  /** State folder for the runs that are measured. */
  runState: string
  /** A project whose image is the measured one. */
  workspace: string
  invocation(stateDir: string, command: readonly string[]): Invocation
  remove(): Promise<void>
}

/** @param dockerHost the engine both programs talk to; undefined: the one they find by themselves */
export async function makeBenchHome(
  image: string,
  dockerHost: string | undefined,
): Promise<BenchHome> {
  const root = await mkdtemp(join(tmpdir(), 'agent-bench-'))
  const workspace = join(root, 'workspace')
  await mkdir(workspace)
  await writeFile(join(workspace, 'agent.yaml'), `image: ${image}\n`)
  const base = {
    HOME: root,
    PATH: process.env['PATH'] ?? '',
    ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }),
  }
  return {
    emptyState: join(root, 'empty'),
    liveState: join(root, 'live'),
    runState: join(root, 'runs'),
    workspace,
    invocation: (stateDir, command) => ({
      command,
      cwd: workspace,
      env: { ...base, AGENTOPS_HOME: stateDir },
    }),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
