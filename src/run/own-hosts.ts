import { formatAgentHost, formatFlatAlias, formatServiceHost } from '../routes/host-name.ts'
import type { PlannedService } from './plan.ts'

/** Every name that the routing proxy answers for a run: the agent's, each service's, and their flat aliases. */
export function ownHosts(agent: string, services: readonly PlannedService[]): string[] {
  const ofServices = services.flatMap(({ name }) => [
    formatServiceHost(name, agent),
    formatFlatAlias(name, agent) ?? [],
  ])
  return [formatAgentHost(agent), ...ofServices.flat()]
}
