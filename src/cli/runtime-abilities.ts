import { GVISOR } from '../run/sandbox-plan.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'

/** What a runtime can do beside running containers; undefined: it does not say in time. */
export type RuntimeAbilities = { gvisor?: boolean; buildkit?: boolean }

/** Asks for all of it at once, until the signal. */
export async function abilitiesOf(
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<RuntimeAbilities> {
  const [ociRuntimes, buildkit] = await Promise.all([
    runtime.ociRuntimes(signal).catch(() => undefined),
    runtime.hasBuildkit === undefined ? false : runtime.hasBuildkit(signal).catch(() => undefined),
  ])
  return {
    ...(ociRuntimes === undefined ? {} : { gvisor: ociRuntimes.includes(GVISOR) }),
    ...(buildkit === undefined ? {} : { buildkit }),
  }
}
