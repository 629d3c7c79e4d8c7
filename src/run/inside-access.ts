import type { ContainerSpec } from '../runtime/container-spec.ts'
import { ownHosts } from './own-hosts.ts'
import type { PlannedService } from './plan.ts'

/** What a container needs, so that its programs reach the run's own services by the URLs that its user has. */
export type InsideAccess = Pick<ContainerSpec, 'hostRelays' | 'extraHosts' | 'mounts'> & {
  env: Readonly<Record<string, string>>
  /** What the run does without, in words for its user. */
  notice?: string
}

export const NO_ACCESS: InsideAccess = { hostRelays: [], extraHosts: [], mounts: [], env: {} }

/** Folder inside that curl is sent to for its settings. */
const CURL_HOME = '/etc/agentops'

/**
 * By an address of the network that containers are on. Programs that read /etc/hosts find it there; curl takes
 * every `*.localhost` for its own loopback unless its settings say otherwise.
 *
 * @param curlrcPath file on the host with the text of {@link curlSettings}
 */
export function accessByAddress(options: {
  agent: string
  services: readonly PlannedService[]
  address: string
  curlrcPath: string
}): InsideAccess {
  const { agent, services, address, curlrcPath } = options
  return {
    hostRelays: [],
    extraHosts: ownHosts(agent, services).map((name) => ({ name, address })),
    mounts: [{ source: curlrcPath, target: `${CURL_HOME}/.curlrc`, readonly: true }],
    env: { CURL_HOME },
  }
}

/** A `.curlrc` that leads these hosts to that address. */
export function curlSettings(hosts: readonly string[], port: number, address: string): string {
  return hosts.map((host) => `resolve = "${host}:${port}:${address}"\n`).join('')
}
