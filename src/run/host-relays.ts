import type { StatePaths } from '../platform/state-paths.ts'
import { egressEnv } from './egress-env.ts'
import { type InsideAccess, NO_ACCESS } from './inside-access.ts'
import { ownHosts } from './own-hosts.ts'
import type { PlannedService } from './plan.ts'

/** Where programs inside find the egress proxy, unless a service of their own has that port. */
const EGRESS_PORT = 3128

/**
 * The ways from a container without a network to the background process: out through the egress proxy, and to
 * the run's own services by the URLs that its user has. The latter are left out when the run itself has a
 * service on the proxy's port.
 */
export function hostRelays(options: {
  agent: string
  runId: string
  services: readonly PlannedService[]
  paths: StatePaths
  /** Absent: the run has no services. */
  proxyPort?: number
}): InsideAccess {
  const { agent, runId, services, paths, proxyPort } = options
  const own = services.map(({ containerPort }) => containerPort)
  const egressPort = freePort(EGRESS_PORT, [...own, proxyPort])
  const egress = { port: egressPort, socketPath: paths.egressSocket(runId) }
  const env = egressEnv({ address: '127.0.0.1', port: egressPort })
  const without = { ...NO_ACCESS, hostRelays: [egress], env }
  if (proxyPort === undefined) return without
  const rival = services.find(({ containerPort }) => containerPort === proxyPort)
  if (rival !== undefined) return { ...without, notice: noUrlsInside(rival) }
  return {
    ...without,
    hostRelays: [egress, { port: proxyPort, socketPath: paths.insideSocket(runId) }],
    extraHosts: ownHosts(agent, services).map((name) => ({ name, address: '127.0.0.1' })),
  }
}

function noUrlsInside({ name, containerPort }: PlannedService): string {
  return `inside the run its own URLs do not work: service "${name}" has the proxy's port ${containerPort}; give it another one`
}

function freePort(wanted: number, taken: readonly (number | undefined)[]): number {
  let port = wanted
  while (taken.includes(port)) port++
  return port
}
