import { systemClock } from '../platform/clock.ts'
import type { Environment } from '../platform/host.ts'
import { systemOutput } from '../platform/output.ts'
import { StartError } from '../runtime/start-error.ts'
import { AppleCommand } from './apple-command.ts'
import { AppleFolder } from './apple-folder.ts'
import { encodeOutcome } from './start-outcome.ts'
import { AppleSupervisor } from './supervisor.ts'

/**
 * Starts the container of this folder, answers one line (see `start-outcome.ts`), and stays until the container has
 * ended.
 */
export async function superviseApple(options: {
  path: string
  program: string
  env: Environment
}): Promise<void> {
  const output = systemOutput()
  try {
    const folder = new AppleFolder(options.path)
    const record = folder.record()
    if (record === undefined) throw new Error(`no record in ${options.path}`)
    const command = new AppleCommand({ ...options, endpoint: options.path })
    const supervisor = new AppleSupervisor({ folder, record, command, clock: systemClock })
    const failure = await supervisor.start()
    output.answer(encodeOutcome(failure))
    if (failure === undefined) await supervisor.end()
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    output.answer(encodeOutcome(new StartError(what, 125, { cause: error })))
  }
}
