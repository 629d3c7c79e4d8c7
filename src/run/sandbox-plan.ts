import type { Setting } from '../config/settings.ts'
import type { SandboxMode } from '../config/choices.ts'
import { UserError } from '../lib/errors.ts'
import type { RuntimeKind } from '../runtime/container-state.ts'
import { gvisorMissing } from './gvisor-help.ts'
import type { SandboxPlan } from './plan.ts'

/** The name under which engines have gVisor's OCI runtime. */
export const GVISOR = 'runsc'

const EMBEDDED_NOTICE =
  "runtime: embedded, in namespaces on this machine's read-only system; it shares the kernel and limits no memory"

export type SandboxGround = {
  kind: RuntimeKind
  /** Human name of the engine. */
  description: string
  /** Where it was reached. */
  endpoint: string
  /** What it can start containers with; only needed when `mayUseGvisor`. */
  ociRuntimes: readonly string[]
}

/**
 * Decides the boundary: gVisor unless told otherwise. Without it, the engine's default runtime is used and the user is
 * told so in one line, or the run is refused: an image runs code as root with the engine's usual capabilities.
 */
export function planSandbox(sandbox: Setting<SandboxMode>, ground: SandboxGround): SandboxPlan {
  const { value } = sandbox
  if (ground.kind === 'embedded') {
    if (isGvisorAsked(sandbox)) throw noGvisorHere(sandbox)
    return { mode: value === 'gvisor' ? 'auto' : value, notice: EMBEDDED_NOTICE }
  }
  if (ground.kind === 'apple') {
    if (isGvisorAsked(sandbox)) throw noGvisorInMachine(sandbox)
    return { mode: value === 'gvisor' ? 'auto' : value }
  }
  if (value === 'none') return { mode: 'none', notice: withoutBoundary(reason(sandbox)) }
  if (ground.ociRuntimes.includes(GVISOR)) return { mode: value, ociRuntime: GVISOR }
  if (value === 'gvisor')
    throw gvisorMissing(isGvisorAsked(sandbox) ? sandbox.name : undefined, ground)
  return {
    mode: 'auto',
    notice: withoutBoundary(`${sandbox.name} auto, and ${ground.description} has no gVisor`),
  }
}

function withoutBoundary(why: string): string {
  return `sandbox: none, the container shares the host's kernel (${why})`
}

function reason({ value, source, name }: Setting<SandboxMode>): string {
  return source === 'default' ? "the engine's default runtime" : `${name} ${value}`
}

function noGvisorHere({ name }: Setting<SandboxMode>): UserError {
  return new UserError(
    `sandbox "gvisor" (${name}) needs gVisor, which the embedded runtime does not have`,
    {
      fix: [
        'install Docker Engine and gVisor; the embedded runtime has namespaces only',
        'agent run --sandbox none',
      ],
    },
  )
}

function noGvisorInMachine({ name }: Setting<SandboxMode>): UserError {
  return new UserError(
    `sandbox "gvisor" (${name}) cannot be had on Apple's container: each run has a virtual machine of its own, which is the boundary`,
    { fix: ['agent run --sandbox auto', 'agent run --runtime docker'], exitCode: 2 },
  )
}

/** Whether the engine's runtimes need to be known. */
export function mayUseGvisor({ value }: Setting<SandboxMode>): boolean {
  return value !== 'none'
}

/** Whether gVisor was asked for by name: then a runtime that never has it is not chosen by itself. */
export function isGvisorAsked({ value, source }: Setting<SandboxMode>): boolean {
  return value === 'gvisor' && source !== 'default'
}
