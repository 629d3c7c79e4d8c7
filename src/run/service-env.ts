import { formatServiceHost, formatAgentHost } from '../routes/host-name.ts'
import type { PlannedService } from './plan.ts'

/**
 * The variables that tell a program inside under which URLs it is seen. `port` is the port the
 * proxy really listens on; without services there are none.
 */
export function serviceEnv(options: {
  agent: string
  services: readonly PlannedService[]
  port: number
}): Record<string, string> {
  const { agent, services, port } = options
  if (services.length === 0) return {}
  const env: Record<string, string> = {
    AGENTOPS_HOST: formatAgentHost(agent),
    AGENTOPS_URL: httpUrl(formatAgentHost(agent), port),
  }
  for (const { name } of services) {
    const suffix = envSuffix(name)
    const host = formatServiceHost(name, agent)
    env[`AGENTOPS_HOST_${suffix}`] = host
    env[`AGENTOPS_URL_${suffix}`] = httpUrl(host, port)
  }
  return env
}

/** `http://host:port`, without the port where it is http's own. */
export function httpUrl(host: string, port: number): string {
  return port === 80 ? `http://${host}` : `http://${host}:${port}`
}

/** `my-api` → `MY_API`: upper case, everything not A–Z or 0–9 becomes `_`. */
export function envSuffix(service: string): string {
  return service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}
