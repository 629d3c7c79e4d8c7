import { systemClock } from '../platform/clock.ts'
import type { Environment } from '../platform/host.ts'
import { systemOutput } from '../platform/output.ts'
import { encodeStartFailure, STARTED } from '../runtime/supervised/start-report.ts'
import { AppleCommand } from './apple-command.ts'
import { AppleFolder } from './apple-folder.ts'
import { AppleSupervisor } from './supervisor.ts'

/**
 * Starts the container of this folder, answers one line (see `start-report.ts`), and stays until the container has
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
    output.answer(failure === undefined ? STARTED : encodeStartFailure(failure))
    if (failure === undefined) await supervisor.end()
  } catch (error) {
    output.answer(encodeStartFailure(error))
  }
}
