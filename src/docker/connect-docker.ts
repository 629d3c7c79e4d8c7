import type { Environment } from '../platform/host.ts'

import { DockerRuntime } from './docker-runtime.ts'
import { formatEndpoint, isLocalEndpoint, parseEndpoint, type Endpoint } from './endpoint.ts'
import { EngineClient } from './engine-client.ts'
import { openTransport } from './open-transport.ts'
import { openRawConnection } from './raw-connection.ts'

export type ConnectOptions = {
  /**
   * The engine, as `ContainerRuntime.endpoint` of an earlier connection has it; it says everything that
   * is needed, whatever the environment: `unix:///run/docker.sock`, `tcp://host:2375`,
   * `tcp://host:2376?tls=/folder/with/pem/files`, `ssh://user@host:22/path/of/socket`.
   */
  endpoint: string
  /** For ssh (its agent), and for the user's logins at registries. */
  env: Environment
  home: string
}

/** A runtime on a known engine. Nothing is sent before the first call, which finds out whether it answers. */
export async function connectDocker(options: ConnectOptions): Promise<DockerRuntime> {
  return dockerRuntimeAt(parseEndpoint(options.endpoint), options)
}

export function dockerRuntimeAt(
  endpoint: Endpoint,
  { env, home }: { env: Environment; home: string },
): DockerRuntime {
  const client = new EngineClient(formatEndpoint(endpoint), openTransport(endpoint, env))
  return new DockerRuntime(client, {
    isLocal: isLocalEndpoint(endpoint),
    openConnection: (signal) => openRawConnection(endpoint, env, signal),
    env,
    home,
  })
}
