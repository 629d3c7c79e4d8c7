import { selfCommand } from './platform/self-command.ts'

/**
 * Runs a command that only the embedded runtime starts: the processes of a container's chain. They start with each
 * container, so nothing else is loaded for them. False for any other command line.
 */
export async function runSandboxProcess([name, path = '']: readonly string[]): Promise<boolean> {
  if (name === '__supervise') {
    const { supervise } = await import('./embedded/supervise-command.ts')
    await supervise(path, selfCommand())
    return true
  }
  if (name === '__init') {
    const { runInit } = await import('./embedded/init-command.ts')
    runInit(path)
    return true
  }
  return false
}
