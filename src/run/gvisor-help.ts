import { UserError } from '../lib/errors.ts'

/** How gVisor gets to an engine (gvisor.dev/docs/user_guide/install). */
const INSTALL_FIXES = [
  `install gVisor; on Debian and Ubuntu:
    curl -fsSL https://gvisor.dev/archive.key | sudo gpg --dearmor -o /usr/share/keyrings/gvisor-archive-keyring.gpg
    echo "deb [arch=$(dpkg --print-architecture) signed-by=/usr/share/keyrings/gvisor-archive-keyring.gpg] https://storage.googleapis.com/gvisor/releases release main" | sudo tee /etc/apt/sources.list.d/gvisor.list
    sudo apt-get update && sudo apt-get install -y runsc`,
  'have the engine know it: sudo runsc install && sudo systemctl reload docker',
]

/** An engine in a virtual machine of its own keeps its programs to itself. */
const DESKTOP_FIX =
  'gVisor cannot be added to Docker Desktop; its virtual machine is a boundary too: agent run --no-sandbox'

const BYPASS = 'go without it, in the kernel of this machine: agent run --no-sandbox'

/**
 * What to say when gVisor is to be the boundary and the engine does not have it.
 *
 * @param asked where gVisor was asked for, `--sandbox`; undefined when it is the default
 */
export function gvisorMissing(
  asked: string | undefined,
  { description, endpoint }: { description: string; endpoint: string },
): UserError {
  const what =
    asked === undefined
      ? `runs are in gVisor unless told otherwise, and ${description} does not have it`
      : `sandbox "gvisor" (${asked}) needs gVisor, which ${description} does not have`
  return new UserError(what, { fix: [...gvisorFixes(endpoint)] })
}

/** How the engine that answers there gets gVisor, and how runs do without. */
export function gvisorFixes(endpoint: string): readonly string[] {
  const isDesktop = /\/\.docker\/(?:desktop|run)\//.test(endpoint)
  return isDesktop ? [DESKTOP_FIX] : [...INSTALL_FIXES, BYPASS]
}
