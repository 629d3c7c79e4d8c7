import { connect } from 'node:net'
import type { Settings } from '../../config/settings.ts'
import { SHARED_NETWORK } from '../../run/shared-network.ts'
import type { DetectedRuntime } from '../../runtime/runtime-directory.ts'
import { diskSpaceAt } from '../disk-space.ts'
import { abilitiesOf } from '../runtime-abilities.ts'
import { buildkitFinding } from './buildkit-finding.ts'
import { diskFinding } from './disk-finding.ts'
import { broken, type Finding, notice } from './finding.ts'
import { canListenAt, gatewayFinding } from './gateway-finding.ts'
import { gvisorFinding } from './runtime-findings.ts'

const LIMIT_MS = 2000

/** What the engine that answers has, and has not. Starts no container. */
export async function engineFindings(
  { runtime, info }: DetectedRuntime,
  settings: Settings,
  platform: NodeJS.Platform,
): Promise<Finding[]> {
  const { description, isLocal } = info
  const signal = AbortSignal.timeout(LIMIT_MS)
  const [{ gvisor, buildkit }, folder, gateway, answers] = await Promise.all([
    abilitiesOf(runtime, signal),
    isLocal ? runtime.disk?.folder(signal).catch(() => undefined) : undefined,
    gatewayOf(runtime, signal),
    takesConnections(settings.buildkitHost.value),
  ])
  const space = folder === undefined ? undefined : await diskSpaceAt(folder)
  return [
    gvisorFinding({ description, endpoint: runtime.endpoint }, gvisor, settings.sandbox.value),
    buildkitFinding({ ...settings, description, hasBuildkit: buildkit, answers }),
    ...(isLocal
      ? [gatewayFinding(gateway, gateway === undefined || (await canListenAt(gateway)), platform)]
      : [elsewhere(description, settings)]),
    ...(space === undefined ? [] : [diskFinding(space)]),
  ]
}

function elsewhere(description: string, { runtime }: Settings): Finding {
  const say = runtime.value === 'embedded' ? notice : broken
  const what = `${description} runs on another machine, which cannot see the folders of this one`
  return say('engine', what, [
    'use an engine on this machine: unset DOCKER_HOST and DOCKER_CONTEXT',
  ])
}

async function gatewayOf(
  { networks }: DetectedRuntime['runtime'],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await networks?.addresses(SHARED_NETWORK, signal))?.gateway
  } catch {
    return undefined
  }
}

/** Whether somebody is at `tcp://host:port` or `unix:///path`; undefined without an address. */
async function takesConnections(address: string | undefined): Promise<boolean | undefined> {
  if (address === undefined) return undefined
  const { protocol, hostname, port, pathname } = new URL(address)
  const target =
    protocol === 'unix:'
      ? { path: pathname }
      : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ ...target, timeout: LIMIT_MS })
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  socket.once('timeout', () => resolve(false))
  const answer = await promise
  socket.destroy()
  return answer
}
