import { setTimeout as delay } from 'node:timers/promises'
import type { State } from '../state/state.ts'
import { findDaemonAndHello } from './find-daemon.ts'

const LOOK_AGAIN_MS = 50

/** True as soon as the daemon is one that a service manager started, false when the signal ends the wait. */
export async function awaitService(state: State, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const found = await findDaemonAndHello(state)
    found?.client[Symbol.dispose]()
    if (found?.hello.service === true) return true
    if (signal.aborted) return false
    await delay(LOOK_AGAIN_MS)
  }
}
