/** Where a run is in its life. */
export type RunState = 'created' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'

/** The states in which a run owns its name. */
export const LIVE_STATES = ['created', 'starting', 'running', 'stopping'] as const

/** Which state may follow which; everything else is a defect. */
const TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  created: ['starting', 'stopping', 'failed'],
  starting: ['running', 'stopping', 'failed'],
  running: ['stopping', 'stopped', 'failed'],
  stopping: ['stopped', 'failed'],
  stopped: [],
  failed: [],
}

export function canFollow(from: RunState, to: RunState): boolean {
  return TRANSITIONS[from].includes(to)
}

/** The states from which `to` may be reached, in the order of a run's life. */
export function statesBefore(to: RunState): RunState[] {
  return RUN_STATES.filter((from) => canFollow(from, to))
}

export const RUN_STATES = [...LIVE_STATES, 'stopped', 'failed'] as const

export function isLive(state: RunState): boolean {
  return LIVE_STATES.some((live) => live === state)
}

export function isRunState(text: string): text is RunState {
  return RUN_STATES.some((state) => state === text)
}
