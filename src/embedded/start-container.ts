import type { Libc } from '../platform/libc.ts'
import { startSupervisor } from '../runtime/supervised/start-supervisor.ts'
import type { ContainerFolder } from './container-folder.ts'
import { OUTER } from './namespaces.ts'
import { CHAIN_ENV } from './sandbox-scripts.ts'

const START_LIMIT_MS = 30_000

/** Starts the chain of processes that is a container. Throws `StartError` when its command did not come to run. */
export async function startContainer(
  folder: ContainerFolder,
  { libc, selfCommand }: { libc: Libc; selfCommand: readonly string[] },
): Promise<void> {
  await startSupervisor(folder, {
    flock: libc,
    command: [...OUTER, ...selfCommand, '__supervise', folder.path],
    env: { ...CHAIN_ENV },
    limitMs: START_LIMIT_MS,
  })
}
