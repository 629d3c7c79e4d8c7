import type { AppleCommand } from './apple-command.ts'
import { type AppleContainer, decodeContainers } from './container-answers.ts'

/** Every container there is, also those that are not ours. */
export async function listContainers(
  command: AppleCommand,
  signal?: AbortSignal,
): Promise<AppleContainer[]> {
  const { stdout } = await command.done(['list', '--all', '--format', 'json'], { signal })
  return decodeContainers(stdout)
}

/** By a list: versions do not agree on what `inspect` does with one that is not there. */
export async function findContainer(
  command: AppleCommand,
  id: string,
  signal?: AbortSignal,
): Promise<AppleContainer | undefined> {
  return (await listContainers(command, signal)).find((container) => container.id === id)
}
