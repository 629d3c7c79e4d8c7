import type { ContainerState, ExitStatus } from '../runtime/container-state.ts'

/** 128 + SIGKILL, as shells have it. */
export const KILLED = 137

/** It is gone, and how it ended could not be read before. */
export const UNKNOWN: ExitStatus = { exitCode: KILLED, error: 'its exit code could not be read' }

/** Somebody removed the container behind our back. */
export const LOST: ExitStatus = {
  exitCode: KILLED,
  error: 'the container was removed by somebody else',
}

const OUT_OF_MEMORY: ExitStatus = {
  exitCode: KILLED,
  error: 'its memory ran out; container.memory in agent.yaml is the limit',
}

/** How a container ended; undefined while it runs. `neverRan`: what it means that it was not started. */
export function statusOf(
  container: ContainerState | undefined,
  neverRan: ExitStatus,
): ExitStatus | undefined {
  if (container === undefined) return LOST
  const { phase, exitCode, error, outOfMemory } = container
  if (phase === 'created') return neverRan
  if (phase !== 'exited') return undefined
  if (outOfMemory && exitCode === KILLED) return OUT_OF_MEMORY
  return { exitCode: exitCode ?? 0, ...(error === undefined || error === '' ? {} : { error }) }
}
