import { UserError } from './lib/errors.ts'
import type { Host } from './platform/host.ts'
import type { ContainerRuntime } from './runtime/container-runtime.ts'
import type { RuntimeKind } from './runtime/container-state.ts'
import type { EndpointFailure } from './runtime/endpoint-failure.ts'
import type { RuntimeDirectory } from './runtime/runtime-directory.ts'

/** Every runtime this program has; each is loaded when it is first needed. */
export function systemRuntimes(host: Host): RuntimeDirectory {
  const connections = new Map<string, Promise<ContainerRuntime>>()
  return {
    async detect(wish, signal) {
      refuseUnavailable(wish)
      const { discoverDocker } = await import('./docker/discover-docker.ts')
      const found = await discoverDocker({ env: host.env, home: host.homeDir }, signal)
      if ('failures' in found) throw noRuntime(found.failures)
      const runtime = await forThisBuild(found.runtime)
      connections.set(keyOf(runtime.kind, runtime.endpoint), Promise.resolve(runtime))
      return { ...found, runtime }
    },
    connect(kind, endpoint) {
      refuseUnavailable(kind)
      const key = keyOf(kind, endpoint)
      const known = connections.get(key)
      if (known !== undefined) return known
      const connection = connectDockerLazily(endpoint, host)
      connections.set(key, connection)
      // A failed attempt is not kept.
      connection.catch(() => connections.delete(key))
      return connection
    },
  }
}

async function connectDockerLazily(endpoint: string, host: Host): Promise<ContainerRuntime> {
  const { connectDocker } = await import('./docker/connect-docker.ts')
  return forThisBuild(await connectDocker({ endpoint, env: host.env, home: host.homeDir }))
}

/** Test builds can die at every call. */
async function forThisBuild(runtime: ContainerRuntime): Promise<ContainerRuntime> {
  if (globalThis.AGENT_FAULTS) {
    const { faultyRuntime } = await import('./runtime/faulty-runtime.ts')
    return faultyRuntime(runtime)
  }
  return runtime
}

function keyOf(kind: RuntimeKind, endpoint: string): string {
  return `${kind} ${endpoint}`
}

function refuseUnavailable(kind: RuntimeKind | undefined): void {
  if (kind === undefined || kind === 'docker') return
  throw new UserError(`the ${kind} runtime is not available yet`, {
    fix: 'use --runtime docker',
    exitCode: 2,
  })
}

/** No engine answers: each candidate's reason, in the order they were tried. */
function noRuntime(failures: readonly EndpointFailure[]): UserError {
  const reasons = failures.map(({ source, what }) => `${source}: ${what}`)
  return new UserError(['no container engine answers', ...reasons].join('\n'), {
    fix: [
      'install Docker Engine, or start it: systemctl start docker',
      'set DOCKER_HOST to where it listens',
    ],
    exitCode: 125,
  })
}
