import type { Setting } from '../config/settings.ts'
import type { SandboxMode } from '../config/choices.ts'
import { UserError } from '../lib/errors.ts'
import type { RuntimeKind } from '../runtime/container-state.ts'
import type { SandboxPlan } from './plan.ts'

/** The name under which engines have gVisor's OCI runtime. */
export const GVISOR = 'runsc'

const EMBEDDED_NOTICE =
  "runtime: embedded, in namespaces on this machine's read-only system; it shares the kernel and limits no memory"

/**
 * Decides the boundary. An explicit `gvisor` is passed to the engine and refused when the engine lacks it;
 * otherwise the engine's default runtime is used, and the user is told so in one line.
 */
export function planSandbox(
  sandbox: Setting<SandboxMode>,
  {
    kind = 'docker',
    description,
    ociRuntimes,
  }: { kind?: RuntimeKind; description: string; ociRuntimes: readonly string[] },
): SandboxPlan {
  if (wantsGvisor(sandbox)) {
    if (!ociRuntimes.includes(GVISOR))
      throw new UserError(
        `sandbox "gvisor" (${sandbox.name}) needs gVisor, which ${description} does not have`,
        {
          fix: [
            kind === 'embedded'
              ? 'install Docker Engine and gVisor; the embedded runtime has namespaces only'
              : 'install gVisor and register it: runsc install, then restart the engine',
            'agent run --sandbox none',
          ],
        },
      )
    return { mode: 'gvisor', ociRuntime: GVISOR }
  }
  const mode = sandbox.value === 'gvisor' ? 'auto' : sandbox.value
  if (kind === 'embedded') return { mode, notice: EMBEDDED_NOTICE }
  return {
    mode,
    notice: `sandbox: none, the container shares the host's kernel (${reason(sandbox)})`,
  }
}

function reason({ value, source, name }: Setting<SandboxMode>): string {
  return source === 'default' ? "the engine's default runtime" : `${name} ${value}`
}

/** Whether gVisor was asked for by name, so that the engine's runtimes need to be known. */
export function wantsGvisor({ value, source }: Setting<SandboxMode>): boolean {
  return value === 'gvisor' && source !== 'default'
}
