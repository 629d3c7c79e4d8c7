import { currentHost } from './platform/host.ts'
import { selfCommand } from './platform/self-command.ts'

/**
 * Runs a command that only a runtime starts: the processes that belong to a container. They start with each container,
 * so nothing else is loaded for them. False for any other command line.
 */
export async function runSandboxProcess([
  name,
  path = '',
  program = '',
]: readonly string[]): Promise<boolean> {
  if (name === '__supervise') {
    const { supervise } = await import('./embedded/supervise-command.ts')
    await supervise(path, selfCommand())
    return true
  }
  if (name === '__supervise-apple') {
    const { superviseApple } = await import('./apple/supervise-command.ts')
    await superviseApple({ path, program, env: currentHost().env })
    return true
  }
  if (name === '__init') {
    const { runInit } = await import('./embedded/init-command.ts')
    runInit(path)
    return true
  }
  return false
}
