import { join } from 'node:path'

import { UserError } from '../lib/errors.ts'
import type { Environment } from '../platform/host.ts'

import { dockerConfigFolder, readDockerConfig } from './docker-config.ts'
import { readDockerContext } from './docker-context.ts'
import { parseEndpoint, type Endpoint, type TlsMaterial } from './endpoint.ts'

/** A place where an engine may answer, and why we think so. */
export type EngineCandidate = { source: string; endpoint: Endpoint }

/** An engine that the user named leaves no choice; else the usual places in the order of their rank. */
export type EngineCandidates =
  | { kind: 'named'; candidate: EngineCandidate }
  | { kind: 'usual'; candidates: EngineCandidate[]; configProblem?: UserError }

export type DiscoveryContext = {
  env: Environment
  home: string
  /** From a flag or a configuration of ours; stronger than anything in the environment. */
  explicitHost?: string
}

/**
 * Where to look for an engine, as the docker program decides it: a host given to us, DOCKER_HOST,
 * DOCKER_CONTEXT, the current context; only then the sockets of the engines people have. A named
 * place that makes no sense is a `UserError`.
 */
export async function engineCandidates(context: DiscoveryContext): Promise<EngineCandidates> {
  const { env, home, explicitHost } = context
  const folder = dockerConfigFolder(env, home)
  const host = explicitHost ?? env['DOCKER_HOST']
  if (host !== undefined && host !== '') {
    const source = explicitHost === undefined ? 'DOCKER_HOST' : 'the host that was asked for'
    const endpoint = parseEndpoint(host, tlsFromEnvironment(host, env, folder))
    return { kind: 'named', candidate: { source, endpoint } }
  }
  const fromEnvironment = env['DOCKER_CONTEXT']
  if (isNamedContext(fromEnvironment)) {
    return named(`DOCKER_CONTEXT "${fromEnvironment}"`, folder, fromEnvironment)
  }
  const candidates = usualSockets(env, home)
  if (fromEnvironment === 'default') return { kind: 'usual', candidates }
  try {
    const { currentContext } = await readDockerConfig(folder)
    if (!isNamedContext(currentContext)) return { kind: 'usual', candidates }
    return await named(`current context "${currentContext}"`, folder, currentContext)
  } catch (error) {
    if (error instanceof UserError && error.message.startsWith("Docker's configuration")) {
      return { kind: 'usual', candidates, configProblem: error }
    }
    throw error
  }
}

async function named(source: string, folder: string, context: string): Promise<EngineCandidates> {
  const endpoint = await readDockerContext(folder, context)
  return { kind: 'named', candidate: { source, endpoint } }
}

/** The context `default` stands for "no context": DOCKER_HOST or the usual sockets. */
function isNamedContext(name: string | undefined): name is string {
  return name !== undefined && name !== '' && name !== 'default'
}

/** As the docker program has it: DOCKER_TLS_VERIFY or DOCKER_TLS turn TLS on, DOCKER_CERT_PATH says where from. */
function tlsFromEnvironment(
  host: string,
  env: Environment,
  folder: string,
): TlsMaterial | undefined {
  const verify = Boolean(env['DOCKER_TLS_VERIFY'])
  if ((!verify && !env['DOCKER_TLS']) || /^(unix|ssh):|^\//.test(host)) return undefined
  return { folder: env['DOCKER_CERT_PATH'] || folder, verify }
}

function usualSockets(env: Environment, home: string): EngineCandidate[] {
  const runtimeDir = env['XDG_RUNTIME_DIR']
  const places: [string, string | undefined][] = [
    ['default socket', '/var/run/docker.sock'],
    ['rootless Docker', runtimeDir && join(runtimeDir, 'docker.sock')],
    ['Docker Desktop', join(home, '.docker/run/docker.sock')],
    ['Docker Desktop for Linux', join(home, '.docker/desktop/docker.sock')],
    ['Colima', join(home, '.colima/default/docker.sock')],
    ['Colima before 0.4', join(home, '.colima/docker.sock')],
    ['Rancher Desktop', join(home, '.rd/docker.sock')],
    ['OrbStack', join(home, '.orbstack/run/docker.sock')],
    ['rootless Podman', runtimeDir && join(runtimeDir, 'podman/podman.sock')],
    ['Podman', '/run/podman/podman.sock'],
    ['Podman machine', join(home, '.local/share/containers/podman/machine/podman.sock')],
  ]
  return places.flatMap(([source, path]) =>
    path ? [{ source, endpoint: { kind: 'unix', path } as const }] : [],
  )
}
