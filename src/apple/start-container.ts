import type { Flock } from '../platform/flock.ts'
import { startSupervisor } from '../runtime/supervised/start-supervisor.ts'
import type { AppleCommand } from './apple-command.ts'
import type { AppleFolder } from './apple-folder.ts'

/** A virtual machine boots. */
const START_LIMIT_MS = 90_000

/** Starts a container under a process that stays with it. Throws `StartError` when its command did not come to run. */
export async function startContainer(
  folder: AppleFolder,
  options: { flock: Flock; command: AppleCommand; selfCommand: readonly string[] },
): Promise<void> {
  const { flock, command, selfCommand } = options
  await startSupervisor(folder, {
    flock,
    command: [...selfCommand, '__supervise-apple', folder.path, command.program],
    env: { ...command.env },
    limitMs: START_LIMIT_MS,
  })
}
