import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import type { ImageStore } from '../runtime/image-store.ts'
import { MissingImageError } from '../runtime/missing-image-error.ts'
import { containerSpec } from './container-spec-of.ts'
import { type HostRelays, hostRelays } from './host-relays.ts'
import { pullImage } from './pull-image.ts'
import type { RunContext } from './run-context.ts'
import { sharedLabels } from './run-labels.ts'
import { serviceEnv } from './service-env.ts'
import type { StartOptions } from './start-options.ts'
import { stoppedMeanwhile } from './stopped-meanwhile.ts'

/** The network that runs without sidecars share; containers on it cannot reach each other. */
const SHARED_NETWORK = 'agentops'

/** Makes the network that runs share, when the runtime has networks. */
export async function ensureNetwork(options: StartOptions, context: RunContext): Promise<void> {
  const { networks } = options.runtime
  if (networks === undefined) return
  await networks.ensure(
    {
      name: SHARED_NETWORK,
      labels: sharedLabels(context),
      interContainer: false,
    },
    options.signal,
  )
}

/** Makes the container of a run and writes it down before and after; pulls its image when it is not here. */
export async function createContainer(
  options: StartOptions,
  context: RunContext,
  proxyPort: number | undefined,
): Promise<ContainerId> {
  const { plan, runId, runtime, terminalSize, progress } = options
  const relays = runtime.relaysToHost === true ? relaysFor(options, context, proxyPort) : undefined
  if (relays?.notice !== undefined) progress.notice(relays.notice)
  const own = {
    AGENTOPS_RUN_ID: runId,
    AGENTOPS_RUN_NAME: plan.name,
    ...(proxyPort === undefined
      ? {}
      : serviceEnv({ agent: plan.name, services: plan.services, port: proxyPort })),
  }
  const spec = containerSpec({
    plan,
    runId,
    env: { ...options.env, ...own },
    hostEnv: options.hostEnv,
    homeId: context.homeId,
    version: context.version,
    ...(runtime.networks === undefined ? {} : { network: SHARED_NETWORK }),
    ...(relays === undefined ? {} : { relays }),
    ...(terminalSize === undefined ? {} : { terminalSize }),
  })
  context.runs.intend(runId, 'container', spec.name)
  const container = await createOrPull(options, spec)
  if (!context.runs.recordContainer(runId, spec.name, container)) {
    // Whoever ended the run meanwhile did not find a container to remove.
    await runtime.remove(container)
    context.runs.recordRemoved(runId, 'container')
    throw stoppedMeanwhile(plan)
  }
  return container
}

function relaysFor(
  { plan, runId }: StartOptions,
  { paths }: RunContext,
  proxyPort: number | undefined,
): HostRelays {
  return hostRelays({
    agent: plan.name,
    runId,
    services: plan.services,
    paths,
    ...(proxyPort === undefined ? {} : { proxyPort }),
  })
}

/**
 * Asking for the image first would cost every run a question that nearly always has the same answer.
 * Creating is not interrupted: an engine that was left in the middle may make the container afterwards,
 * when nobody looks for it any more.
 */
async function createOrPull(
  { plan, runtime, progress, signal }: StartOptions,
  spec: ContainerSpec,
): Promise<ContainerId> {
  const { images } = runtime
  const pull = (from: ImageStore): Promise<void> =>
    progress.timed('pull', () => pullImage(from, spec.image, progress, signal))
  if (plan.pull === 'always' && images !== undefined) await pull(images)
  try {
    return await runtime.create(spec)
  } catch (error) {
    if (!(error instanceof MissingImageError) || images === undefined) throw error
    await pull(images)
    return runtime.create(spec)
  }
}
