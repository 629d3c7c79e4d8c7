import { networkInterfaces } from 'node:os'
import * as z from 'zod/mini'

import { UserError } from '../lib/errors.ts'
import type { NetworkSpec } from '../runtime/network-manager.ts'

import { bridgeName } from './bridge-name.ts'
import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { EngineError } from './engine-error.ts'
import { chooseSubnet, type Subnet } from './subnet-choice.ts'

const createAnswer = z.object({ Id: z.string() })
const rangesAnswer = z.array(
  z.object({
    IPAM: z.nullish(
      z.object({ Config: z.nullish(z.array(z.object({ Subnet: z.optional(z.string()) }))) }),
    ),
  }),
)

/**
 * `POST /networks/create`, with a subnet of the engine's choice. An engine whose address pools are used up, by default
 * after some 30 networks, is told one of our own range.
 *
 * @returns the new network's id; undefined when another process was faster
 */
export async function createNetwork(
  client: EngineClient,
  spec: NetworkSpec,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await unlessMade(create(client, spec, { signal }))
  } catch (error) {
    if (!isPoolExhausted(error)) throw error
    return createInOwnRange(client, spec, { signal, refusal: error })
  }
}

async function createInOwnRange(
  client: EngineClient,
  spec: NetworkSpec,
  { signal, refusal }: { signal: AbortSignal; refusal: EngineError },
): Promise<string | undefined> {
  const refused: string[] = []
  for (;;) {
    const subnet = chooseSubnet([...refused, ...(await takenSubnets(client, signal))])
    if (subnet === undefined) throw poolExhausted(spec, refusal)
    try {
      return await unlessMade(create(client, spec, { signal, subnet }))
    } catch (error) {
      if (isPoolExhausted(error)) throw poolExhausted(spec, error)
      if (!isOverlap(error)) throw error
      // Somebody took it meanwhile, or it overlaps with what the engine does not list.
      refused.push(subnet.Subnet)
    }
  }
}

/** Of the engine's networks, and of this machine, which may be the engine's. */
async function takenSubnets(client: EngineClient, signal: AbortSignal): Promise<string[]> {
  const networks = await client.json(rangesAnswer, {
    method: 'GET',
    path: '/networks',
    deadlineMs: deadlines.readMs,
    signal,
  })
  const ofEngine = networks.flatMap(({ IPAM: ipam }) => ipam?.Config ?? [])
  const ofMachine = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return [
    ...ofEngine.flatMap(({ Subnet: subnet }) => subnet ?? []),
    ...ofMachine.flatMap(({ cidr }) => cidr ?? []),
  ]
}

async function create(
  client: EngineClient,
  spec: NetworkSpec,
  { signal, subnet }: { signal: AbortSignal; subnet?: Subnet },
): Promise<string> {
  const { Id: id } = await client.json(createAnswer, {
    method: 'POST',
    path: '/networks/create',
    body: {
      Name: spec.name,
      CheckDuplicate: true,
      Driver: 'bridge',
      Internal: spec.internal === true,
      Labels: spec.labels,
      Options: {
        'com.docker.network.bridge.name': bridgeName(spec.name),
        ...(!spec.interContainer && { 'com.docker.network.bridge.enable_icc': 'false' }),
      },
      ...(subnet && { IPAM: { Driver: 'default', Config: [subnet] } }),
    },
    deadlineMs: deadlines.networkMs,
    signal,
  })
  return id
}

async function unlessMade(id: Promise<string>): Promise<string | undefined> {
  try {
    return await id
  } catch (error) {
    const isMade = /already exists|same bridge name|conflicts with network/i
    if (error instanceof EngineError && isMade.test(error.reason)) return undefined
    throw error
  }
}

/** Docker 20.10 answers 404, 26 and 28 answer 400. */
function isPoolExhausted(error: unknown): error is EngineError {
  const words = /non-overlapping IPv4 address pool|address pools have been fully subnetted/i
  return error instanceof EngineError && words.test(error.reason)
}

/** "Pool overlaps with other one on this address space", with 403 on all we know. */
function isOverlap(error: unknown): error is EngineError {
  return error instanceof EngineError && /pool overlaps/i.test(error.reason)
}

function poolExhausted(spec: NetworkSpec, cause: EngineError): UserError {
  return new UserError(`the engine has no addresses left for the network "${spec.name}"`, {
    fix: [
      'remove networks that nobody uses: docker network prune',
      'or give the engine more: "default-address-pools" in /etc/docker/daemon.json',
    ],
    cause,
  })
}
