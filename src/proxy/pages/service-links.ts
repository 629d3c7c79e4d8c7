import { formatAgentHost, formatServiceHost } from '../../routes/host-name.ts'
import type { Route } from '../../routes/route.ts'

/** How the client reaches the proxy. */
export type Origin = {
  scheme: 'http' | 'https'
  /** Empty for the scheme's own port. */
  port: string
}

export type ServiceLink = { agent: string; name: string; url: string }
export type AgentLink = { name: string; url: string; services: readonly ServiceLink[] }

/** The link to a host, the way the client came. */
export function linkTo(host: string, { scheme, port }: Origin): string {
  return `${scheme}://${host}${port === '' ? '' : `:${port}`}`
}

export function linkServices(routes: readonly Route[], origin: Origin): ServiceLink[] {
  return routes.map(({ agent, service }) => ({
    agent,
    name: service,
    url: linkTo(formatServiceHost(service, agent), origin),
  }))
}

/** The services by agent, in the order of the routes. */
export function linkAgents(routes: readonly Route[], origin: Origin): AgentLink[] {
  const byAgent = Map.groupBy(routes, (route) => route.agent)
  return Array.from(byAgent, ([name, ofAgent]) => ({
    name,
    url: linkTo(formatAgentHost(name), origin),
    services: linkServices(ofAgent, origin),
  }))
}
