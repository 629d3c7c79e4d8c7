import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { untilAborted } from '../lib/until-aborted.ts'

export type ResolvedAddress = { address: string; family: 4 | 6 }

/** All addresses of a name in the system's order (getaddrinfo: /etc/hosts and DNS); rejects with the system's error. */
export async function resolveHost(
  host: string,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  const found = await untilAborted(lookup(host, { all: true, verbatim: true }), signal)
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

/** The addresses of this machine's interfaces now: they change with every network joined or container started. */
export function hostAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  )
}
