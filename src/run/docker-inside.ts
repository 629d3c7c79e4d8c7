import { BUILDER } from '../image/init-script.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import { BUILDKIT_ADDRESS, BUILDKIT_HOST, startSidecar } from './buildkit-sidecar.ts'
import { readNameServers } from './name-servers.ts'
import type { RunPlan } from './plan.ts'
import type { RunContext } from './run-context.ts'
import { runLabels } from './run-labels.ts'
import type { StartOptions } from './start-options.ts'
import { isBeingMade, stoppedMeanwhile } from './stopped-meanwhile.ts'

/** Name of the volume that the engine inside keeps its images and containers in. */
export function engineVolumeName(runId: string): string {
  return `agentops-docker-${runId}`
}

/** Makes what Docker inside a run needs beside its main container: for an engine of its own a volume and a builder. */
export async function makeDockerInside(options: StartOptions, context: RunContext): Promise<void> {
  const { plan, runId, runtime, hostEnv, progress } = options
  if (plan.docker?.mode !== 'dind') return
  const { buildkitImage } = plan.docker
  const name = engineVolumeName(runId)
  context.runs.intend(runId, 'volume', name)
  const labels = runLabels({ ...context, runId, role: 'volume', env: hostEnv })
  await runtime.volumes?.ensure({ name, labels })
  context.runs.recordMade(runId, 'volume', name)
  if (!isBeingMade(runId, context)) {
    await runtime.volumes?.remove(name)
    throw stoppedMeanwhile(plan)
  }
  await progress.timed('sidecar', () => startSidecar(options, context, buildkitImage))
}

/** The main container as Docker inside wants it: begun as root, for the image's entry point becomes the run's user. */
export function withDockerInside(spec: ContainerSpec, plan: RunPlan, runId: string): ContainerSpec {
  const { docker } = plan
  if (docker === undefined) return spec
  const asRoot = { ...spec, user: '0:0' }
  if (docker.mode === 'host') {
    const socket = { source: docker.socket, target: '/var/run/docker.sock', readonly: false }
    return { ...asRoot, mounts: [...spec.mounts, socket] }
  }
  return {
    ...asRoot,
    privileged: true,
    // Without a volume the engine inside falls back to a storage that is three times slower.
    volumes: [
      ...(spec.volumes ?? []),
      { name: engineVolumeName(runId), target: '/var/lib/docker' },
    ],
    env: { ...engineEnv(), ...spec.env, ...besideProxies(spec.env) },
  }
}

/** What `docker build` needs to know of the builder, and the engine inside of name servers. */
function engineEnv(): Record<string, string> {
  return {
    BUILDKIT_HOST: BUILDKIT_ADDRESS,
    BUILDX_BUILDER: BUILDER,
    AGENTOPS_NAME_SERVERS: readNameServers().join(' '),
  }
}

/** The builder is reached directly, whatever proxies the user has. */
function besideProxies(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    ['NO_PROXY', 'no_proxy'].map((name) => {
      const known = env[name] ?? env[name === 'no_proxy' ? 'NO_PROXY' : 'no_proxy'] ?? ''
      return [name, known === '' ? BUILDKIT_HOST : `${known},${BUILDKIT_HOST}`]
    }),
  )
}
