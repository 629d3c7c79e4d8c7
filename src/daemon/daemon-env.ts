import type { Environment } from '../platform/host.ts'
import type { StatePaths } from '../platform/state-paths.ts'

/** What the daemon may know of the environment of the command that happened to start it. */
const KEPT = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'DOCKER_CONFIG',
  'SSH_AUTH_SOCK',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'AGENTOPS_DAEMON_IDLE',
  'AGENT_TEST_ID',
]

export function daemonEnv(env: Environment, paths: StatePaths): Record<string, string> {
  const kept: Record<string, string> = { AGENTOPS_HOME: paths.dir }
  const keep = (name: string, as = name): void => {
    const value = env[name]
    if (value !== undefined) kept[as] = value
  }
  for (const name of KEPT) keep(name)
  if (globalThis.AGENT_FAULTS) {
    for (const name of ['AGENT_FAULT_LOG', 'AGENT_FAULT_SIGNAL', 'AGENT_FAULT_ONCE']) keep(name)
    keep('AGENT_FAULT_DAEMON', 'AGENT_FAULT')
  }
  return kept
}
