import { untilAborted } from '../lib/until-aborted.ts'
import { type ControlClient, DaemonGoneError } from './control-client.ts'

/** A daemon closes its connections first of all when it ends. */
const HANDOVER_LIMIT_MS = 5000

/** Has a daemon end without touching a run; returns once its connections are closed. The next one waits for its lock. */
export async function handOver(client: ControlClient): Promise<void> {
  try {
    await client.handover()
    await untilAborted(client.closed, AbortSignal.timeout(HANDOVER_LIMIT_MS))
  } catch (error) {
    // That it went without an answer is what was asked of it.
    if (!(error instanceof DaemonGoneError)) throw error
  } finally {
    client[Symbol.dispose]()
  }
}
