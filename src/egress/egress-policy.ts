import { effectiveAddress, isSameAddress, parseIpAddress } from './ip-address.ts'
import { describeTarget, type Target } from './target.ts'

/** A host a run may reach: a name, `*.` and a name (every host below it), or an address; without a port, at any. */
export type AllowedHost = { host: string; port?: number }

export type EgressPolicy =
  | { kind: 'permissive' }
  | { kind: 'strict'; allow: readonly AllowedHost[] }

/** Why a run may not go somewhere and what its owner can do about it. */
export type EgressRefusal = { what: string; fix: string }

/** What the policy says before any name is resolved; undefined means go on. */
export function policyRefusal(policy: EgressPolicy, target: Target): EgressRefusal | undefined {
  const where = describeTarget(target)
  if (/(?:^|\.)localhost$/.test(target.host))
    return {
      what: `${where} would be this machine, which no run may reach`,
      fix: 'inside the run, connect to localhost without the proxy',
    }
  if (policy.kind === 'permissive') return undefined
  if (policy.allow.some((entry) => isAllowedBy(entry, target))) return undefined
  return {
    what: `${where} is not in network.allow, and network.policy is strict`,
    fix: `add it to agent.yaml: network.allow: [${yamlScalar(where)}]`,
  }
}

function isAllowedBy(entry: AllowedHost, target: Target): boolean {
  if (entry.port !== undefined && entry.port !== target.port) return false
  const allowed = entry.host.toLowerCase().replace(/\.$/, '')
  const address = parseIpAddress(allowed.replace(/^\[(.*)\]$/, '$1'))
  if (target.address !== undefined)
    return (
      address !== undefined &&
      isSameAddress(effectiveAddress(address), effectiveAddress(target.address))
    )
  if (allowed.startsWith('*.')) return target.host.endsWith(allowed.slice(1))
  return target.host === allowed
}

/** `[` opens a list in YAML: an IPv6 address needs quotes. */
function yamlScalar(text: string): string {
  return text.startsWith('[') ? `"${text}"` : text
}
