import { isIP, type Socket } from 'node:net'
import { refusedAddressClass } from './address-class.ts'
import { type Denial, failureOf } from './denial.ts'
import { dialFirst } from './dial.ts'
import type { EgressContext } from './egress-context.ts'
import { policyRefusal } from './egress-policy.ts'
import { parseIpAddress } from './ip-address.ts'
import { CONNECT_LIMIT_MS, withCode } from './limits.ts'
import { describeTarget, type Target } from './target.ts'

export type OpenedUpstream = { kind: 'open'; socket: Socket } | { kind: 'denied'; denial: Denial }

/**
 * Checks the name, looks it up once, checks every address and connects to one that passed: a name that
 * changes its address between check and connection (DNS rebinding) has nothing to gain.
 * @param gone aborted when the run's side of the connection is closed
 * @throws only the reason of `gone` or of the closing proxy
 */
export async function openUpstream(
  target: Target,
  context: EgressContext,
  gone: AbortSignal,
): Promise<OpenedUpstream> {
  const refusal = policyRefusal(context.policy(), target)
  if (refusal !== undefined)
    return { kind: 'denied', denial: { kind: 'refused', status: 403, ...refusal } }
  const limit = new AbortController()
  const timer = setTimeout(
    () => limit.abort(withCode('no connection within the limit', 'ETIMEDOUT')),
    CONNECT_LIMIT_MS,
  )
  const signal = AbortSignal.any([limit.signal, gone, context.closing])
  try {
    return await openAdmitted(target, context, signal)
  } catch (error) {
    gone.throwIfAborted()
    context.closing.throwIfAborted()
    return { kind: 'denied', denial: failureOf(error, target) }
  } finally {
    clearTimeout(timer)
  }
}

async function openAdmitted(
  target: Target,
  context: EgressContext,
  signal: AbortSignal,
): Promise<OpenedUpstream> {
  const found = await addressesOf(target, context, signal)
  const own = context.hostAddresses()
  const checked = found.map((address) => ({ address, refused: refusedClassOf(address, own) }))
  const admitted = checked.filter(({ refused }) => refused === undefined)
  const [first] = checked
  if (admitted.length === 0 && first !== undefined)
    return { kind: 'denied', denial: addressRefusal(target, first.address, first.refused ?? '') }
  const socket = await dialFirst(
    admitted.map(({ address }) => address),
    { port: target.port, limitMs: CONNECT_LIMIT_MS, signal },
  )
  return { kind: 'open', socket }
}

async function addressesOf(
  target: Target,
  context: EgressContext,
  signal: AbortSignal,
): Promise<string[]> {
  if (target.address !== undefined) return [target.host]
  const found = await context.resolve(target.host, signal)
  return found.map(({ address }) => address)
}

function refusedClassOf(text: string, own: readonly string[]): string | undefined {
  // Only what the system takes literally: anything else would be looked up again when it is dialled.
  const address = isIP(text) === 0 ? undefined : parseIpAddress(text)
  return address === undefined ? 'not a plain address' : refusedAddressClass(address, own)
}

function addressRefusal(target: Target, address: string, addressClass: string): Denial {
  const where = describeTarget(target)
  const through = target.address === undefined ? `, by its address ${address}` : ''
  return {
    kind: 'refused',
    status: 403,
    what: `${where} is${through} ${addressClass}, which no run may reach`,
  }
}
