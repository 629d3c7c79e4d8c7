import { systemClock } from '../platform/clock.ts'
import { openLibc } from '../platform/libc.ts'
import {
  type DeniableCall,
  denySystemCalls,
  forbidNewPrivileges,
  leaveSessionKeyring,
} from '../platform/linux-process.ts'
import { raiseLoopback } from '../platform/loopback.ts'
import { systemOutput } from '../platform/output.ts'
import { releaseMemory } from '../platform/release-memory.ts'
import { encodeStartFailure, STARTED } from '../runtime/supervised/start-report.ts'
import { ContainerFolder } from './container-folder.ts'
import { Supervisor } from './supervisor.ts'

/** A run that is still there then is likely to stay, and not to need again what it took to start. */
const SETTLING_MS = 1000

/** Not separated by any namespace, or of no use to a command that builds and tests programs. */
const DENIED: readonly DeniableCall[] = [
  'add_key',
  'request_key',
  'keyctl',
  'bpf',
  'perf_event_open',
  'userfaultfd',
  'open_by_handle_at',
  'kexec_load',
  'kexec_file_load',
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register',
  'init_module',
  'finit_module',
  'delete_module',
]

/**
 * The first process of the outer pid namespace: starts the container in this folder, answers one line, `started` or
 * what is in the way, and stays until the container has ended.
 */
export async function supervise(path: string, selfCommand: readonly string[]): Promise<void> {
  const output = systemOutput()
  try {
    const libc = openLibc()
    // Both are kept by everything started from here on, inside and by later commands.
    leaveSessionKeyring(libc)
    forbidNewPrivileges(libc)
    denySystemCalls(libc, DENIED)
    raiseLoopback(libc)
    const folder = new ContainerFolder(path)
    const record = folder.record()
    if (record === undefined) throw new Error(`no record in ${path}`)
    const supervisor = new Supervisor({ folder, record, selfCommand, libc, clock: systemClock })
    const outcome = await supervisor.start()
    output.answer(outcome.started ? STARTED : outcome.failure)
    if (!outcome.started) return
    const settled = setTimeout(() => releaseMemory(libc), SETTLING_MS)
    await supervisor.end()
    clearTimeout(settled)
  } catch (error) {
    output.answer(encodeStartFailure(error))
  }
}
