import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Invocation } from '../whole-process.ts'

const goneLimitMs = 15_000

/** Folders the measured programs run in: nothing of the user's own state or configuration takes part. */
export type BenchHome = {
  /** State folder without runs. */
  emptyState: string
  /** State folder with one live run. */
  liveState: string
  /** State folder for the runs that are measured. */
  runState: string
  /** The project that is run. */
  workspace: string
  invocation(stateDir: string, command: readonly string[]): Invocation
  /** Waits until the background process has ended, which would write there again. */
  remove(): Promise<void>
}

/**
 * @param config agent.yaml of the measured project
 * @param dockerHost the engine both programs talk to; undefined: the one they find by themselves
 */
export async function makeBenchHome(
  config: string,
  dockerHost: string | undefined,
): Promise<BenchHome> {
  const root = await mkdtemp(join(tmpdir(), 'agent-bench-'))
  const workspace = join(root, 'workspace')
  await mkdir(workspace)
  await writeFile(join(workspace, 'agent.yaml'), config)
  const base = {
    HOME: root,
    PATH: process.env['PATH'] ?? '',
    AGENTOPS_DAEMON_IDLE: '2',
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
    async remove() {
      for (const name of ['live', 'runs'])
        await untilGone(join(root, name, 'sockets', 'control.sock'))
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function untilGone(socket: string): Promise<void> {
  const endMs = performance.now() + goneLimitMs
  while (existsSync(socket)) {
    if (performance.now() > endMs) throw new Error(`a background process still has ${socket}`)
    await Bun.sleep(50)
  }
}
