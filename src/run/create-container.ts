import { readFileSync } from 'node:fs'
import { writeInPrivateFolder } from '../platform/private-file.ts'
import type { ContainerSpec, MountSpec } from '../runtime/container-spec.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import type { ImageStore } from '../runtime/image-store.ts'
import { MissingImageError } from '../runtime/missing-image-error.ts'
import { containerSpec } from './container-spec-of.ts'
import { withDockerInside } from './docker-inside.ts'
import { egressEnv } from './egress-env.ts'
import { gvisorResolver, RESOLVER_FILES } from './gvisor-resolver.ts'
import { hostRelays } from './host-relays.ts'
import { accessByAddress, curlSettings, type InsideAccess, NO_ACCESS } from './inside-access.ts'
import { buildImage } from './build-image.ts'
import { makeHome, withHome } from './project-home.ts'
import { ownHosts } from './own-hosts.ts'
import { pullImage } from './pull-image.ts'
import type { RunContext } from './run-context.ts'
import { networkOf } from './network-name.ts'
import { serviceEnv } from './service-env.ts'
import type { StartOptions } from './start-options.ts'
import { type EgressPlace, hasClosedNetwork } from './strict-network.ts'
import { stoppedMeanwhile } from './stopped-meanwhile.ts'

/** Where the routing proxy is; all absent for a run without services. */
export type ProxyPlace = {
  proxyPort?: number
  /** Where it answers the programs inside; absent where it cannot. */
  insideAddress?: string
  /** The only way out; present for a run whose network is closed. */
  egress?: EgressPlace
}

/**
 * Names are looked up by the egress proxy. The engine's own name server is no way out either: it asks this one, which is
 * the container itself. Ports are reached at the container's address.
 */
const ON_CLOSED_NETWORK = { nameServers: ['127.0.0.1'], ports: [] } as const

/** Makes the container of a run and writes it down before and after; pulls its image when it is not here. */
export async function createContainer(
  options: StartOptions,
  context: RunContext,
  place: ProxyPlace,
): Promise<ContainerId> {
  const { plan, runId, runtime, terminalSize, progress } = options
  const { proxyPort } = place
  const access = accessFor(options, context, place)
  if (access.notice !== undefined) progress.notice(access.notice)
  const own = {
    AGENTOPS_RUN_ID: runId,
    AGENTOPS_RUN_NAME: plan.name,
    ...(proxyPort === undefined
      ? {}
      : serviceEnv({ agent: plan.name, services: plan.services, port: proxyPort })),
  }
  const plain = containerSpec({
    plan,
    runId,
    env: { ...options.env, ...own },
    hostEnv: options.hostEnv,
    homeId: context.homeId,
    version: context.version,
    ...(runtime.networks === undefined
      ? {}
      : { network: networkOf({ id: runId, plan, runtime: plan.runtime }) }),
    access: { ...access, mounts: [...access.mounts, ...resolverMounts(options, context)] },
    ...(terminalSize === undefined ? {} : { terminalSize }),
  })
  const closed = place.egress === undefined ? plain : { ...plain, ...ON_CLOSED_NETWORK }
  const home = await makeHome(options, context)
  const spec = withDockerInside(withHome(closed, home), plan, runId)
  context.runs.intend(runId, 'container', spec.name)
  const container = await createOrFetch(options, context, spec)
  if (!context.runs.recordContainer(runId, spec.name, container)) {
    // Whoever ended the run meanwhile did not find a container to remove.
    await runtime.remove(container)
    context.runs.recordRemoved(runId, 'container')
    throw stoppedMeanwhile(plan)
  }
  return container
}

/** How programs inside get to the run's own services; on a runtime without networks, how they get anywhere. */
function accessFor(
  { plan, runId, runtime }: StartOptions,
  { paths }: RunContext,
  { proxyPort, insideAddress, egress }: ProxyPlace,
): InsideAccess {
  const { name: agent, services } = plan
  if (runtime.relaysToHost === true)
    return hostRelays({
      agent,
      runId,
      services,
      paths,
      ...(proxyPort === undefined ? {} : { proxyPort }),
    })
  const env = egress === undefined ? {} : egressEnv(egress)
  if (proxyPort === undefined || insideAddress === undefined) return { ...NO_ACCESS, env }
  const curlrcPath = paths.runCurlrc(runId)
  const settings = curlSettings(ownHosts(agent, services), proxyPort, insideAddress)
  writeInPrivateFolder(curlrcPath, settings, 0o644)
  const access = accessByAddress({ agent, services, address: insideAddress, curlrcPath })
  return { ...access, env: { ...env, ...access.env } }
}

/** In gVisor on a network of ours the engine's name server cannot be reached; this machine's can. */
function resolverMounts(
  { plan, runId, runtime }: StartOptions,
  { paths }: RunContext,
): MountSpec[] {
  const target = '/etc/resolv.conf'
  if (hasClosedNetwork(plan)) return []
  if (plan.sandbox.ociRuntime === undefined || runtime.networks === undefined) return []
  if (plan.mounts.some((mount) => mount.target === target)) return []
  const text = gvisorResolver(RESOLVER_FILES.map(textOf))
  if (text === undefined) return []
  const source = paths.runResolver(runId)
  writeInPrivateFolder(source, text, 0o644)
  return [{ source, target, readonly: true }]
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Asking for the image first would cost every run a question that nearly always has the same answer.
 * Creating is not interrupted: an engine that was left in the middle may make the container afterwards,
 * when nobody looks for it any more.
 */
async function createOrFetch(
  options: StartOptions,
  context: RunContext,
  spec: ContainerSpec,
): Promise<ContainerId> {
  const { plan, runtime } = options
  const { images } = runtime
  if (plan.pull === 'always' && images !== undefined) await fetchImage(images, options, context)
  try {
    return await runtime.create(spec)
  } catch (error) {
    if (!(error instanceof MissingImageError) || images === undefined) throw error
    await fetchImage(images, options, context)
    return runtime.create(spec)
  }
}

/** Pulls an image that is somebody's, and builds one that is ours. */
async function fetchImage(
  images: ImageStore,
  { plan, runId, runtime, findBuilders, progress, signal }: StartOptions,
  { homeId, paths }: RunContext,
): Promise<void> {
  const { build } = plan
  if (build === undefined)
    return progress.timed('pull', () => pullImage(images, plan.image, progress, signal))
  return progress.timed('build', () =>
    buildImage({
      build,
      homeId,
      runtime,
      findBuilders,
      dockerfilePath: paths.runDockerfile(runId),
      noCache: plan.pull === 'always',
      progress,
      signal,
    }),
  )
}
