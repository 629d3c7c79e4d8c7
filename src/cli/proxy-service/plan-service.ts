import { realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import type { Environment } from '../../platform/host.ts'
import type { AppContext } from '../app-context.ts'
import type { ServiceWish } from './service-wish.ts'

/** What a background process needs of a shell's environment that a service manager does not give it. */
const KEPT = [
  'PATH',
  'DOCKER_CONFIG',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'AGENTOPS_DAEMON_IDLE',
] as const

/** The service of this program, this user's state and this port. */
export function planService({ host, paths, selfCommand }: AppContext, port: number): ServiceWish {
  const [program = '', ...rest] = selfCommand
  const env: Record<string, string> = {}
  if ((host.env['AGENTOPS_HOME'] ?? '') !== '') env['AGENTOPS_HOME'] = paths.dir
  for (const name of KEPT) {
    const value = host.env[name] ?? ''
    if (value !== '') env[name] = value
  }
  return { command: [lastingPath(program, host.env), ...rest], port, env }
}

/** Where PATH has this very program, if it does: Homebrew's link outlives the folder of the version that it leads to. */
function lastingPath(program: string, env: Environment): string {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  const places = folders.map((folder) => join(folder, 'agent'))
  const real = realPathOf(program)
  return real === undefined ? program : (places.find((it) => realPathOf(it) === real) ?? program)
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
