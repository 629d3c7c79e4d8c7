import { join } from 'node:path'
import { UserError } from './lib/errors.ts'
import type { Host } from './platform/host.ts'
import { selfCommand } from './platform/self-command.ts'
import { statePaths } from './platform/state-paths.ts'
import type { ContainerRuntime } from './runtime/container-runtime.ts'
import type { RuntimeKind } from './runtime/container-state.ts'
import type { EndpointFailure } from './runtime/endpoint-failure.ts'
import type {
  DetectedRuntime,
  RuntimeCandidate,
  RuntimeDirectory,
} from './runtime/runtime-directory.ts'
import { folderEndpoint, folderOfEndpoint } from './runtime/supervised/folder-endpoint.ts'
import { UnavailableError } from './runtime/unavailable-error.ts'

/** Every runtime this program has; each is loaded when it is first needed. */
export function systemRuntimes(host: Host): RuntimeDirectory {
  const connections = new Map<string, Promise<ContainerRuntime>>()
  const keep = async ({ runtime: found, info }: DetectedRuntime): Promise<DetectedRuntime> => {
    const runtime = await forThisBuild(found)
    connections.set(keyOf(runtime.kind, runtime.endpoint), Promise.resolve(runtime))
    return { runtime, info }
  }
  return {
    async detect(wish, signal, needs = { gvisor: false }) {
      refuseUnavailable(wish, host)
      if (wish === 'embedded') return keep(await embeddedHere(host, signal))
      if (wish === 'apple') return keep(await appleHere(host, signal))
      const { discoverDocker } = await import('./docker/discover-docker.ts')
      const found = await discoverDocker({ env: host.env, home: host.homeDir }, signal)
      if (!('failures' in found)) return keep(found)
      if (wish !== undefined || needs.gvisor) throw noRuntime(found.failures, undefined)
      if (host.platform === 'darwin')
        return keep(await insteadOfEngine(found.failures, appleHere(host, signal)))
      if (host.platform !== 'linux') throw noRuntime(found.failures, undefined)
      return keep(await insteadOfEngine(found.failures, embeddedHere(host, signal)))
    },
    async survey(signal) {
      const surveys = [engineSurvey(host, signal)]
      if (host.platform === 'linux')
        surveys.push(surveyOf('embedded', embeddedHere(host, signal), signal))
      if (host.platform === 'darwin')
        surveys.push(surveyOf('apple', appleHere(host, signal), signal))
      return (await Promise.all(surveys)).flat()
    },
    connect(kind, endpoint) {
      const key = keyOf(kind, endpoint)
      const known = connections.get(key)
      if (known !== undefined) return known
      const connection = connectLazily(kind, endpoint, host).then(forThisBuild)
      connections.set(key, connection)
      // A failed attempt is not kept.
      connection.catch(() => connections.delete(key))
      return connection
    },
  }
}

async function connectLazily(
  kind: RuntimeKind,
  endpoint: string,
  host: Host,
): Promise<ContainerRuntime> {
  if (kind === 'embedded') return embeddedAt(endpoint, host)
  if (kind === 'apple') return appleAt(endpoint, host)
  const { connectDocker } = await import('./docker/connect-docker.ts')
  return connectDocker({ endpoint, env: host.env, home: host.homeDir })
}

const NO_ENGINE_FIXES = [
  'install Docker Engine, or start it: systemctl start docker',
  'set DOCKER_HOST to where it listens',
]

/** The engine that answers, or every place where one could have been. */
async function engineSurvey(host: Host, signal: AbortSignal): Promise<readonly RuntimeCandidate[]> {
  const { discoverDocker } = await import('./docker/discover-docker.ts')
  try {
    const found = await discoverDocker({ env: host.env, home: host.homeDir }, signal)
    if (!('failures' in found)) return [{ kind: 'docker', found }]
    return found.failures.map(({ source, what, fixes }) => ({
      kind: 'docker',
      what: `${source}: ${what}`,
      fixes: fixes.length > 0 ? fixes : NO_ENGINE_FIXES,
      isNamed: false,
    }))
  } catch (error) {
    if (signal.aborted) return [unanswered('docker', ['sudo systemctl restart docker'])]
    return [unusable('docker', error, true)]
  }
}

async function surveyOf(
  kind: RuntimeKind,
  search: Promise<DetectedRuntime>,
  signal: AbortSignal,
): Promise<readonly RuntimeCandidate[]> {
  try {
    return [{ kind, found: await search }]
  } catch (error) {
    if (signal.aborted) return [unanswered(kind, [])]
    return [unusable(kind, error, false)]
  }
}

function unanswered(kind: RuntimeKind, fixes: readonly string[]): RuntimeCandidate {
  return { kind, what: 'it could not be found out in time', fixes, isNamed: false }
}

function unusable(kind: RuntimeKind, error: unknown, isNamed: boolean): RuntimeCandidate {
  if (!(error instanceof UserError)) throw error
  return { kind, what: error.message, fixes: error.fixes, isNamed }
}

async function embeddedHere(host: Host, signal: AbortSignal): Promise<DetectedRuntime> {
  const root = join(statePaths(host).dir, 'embedded')
  const runtime = await embeddedAt(folderEndpoint('embedded', root), host)
  return { runtime, info: await runtime.ping(signal) }
}

/** No engine answers, so another runtime has to do; when it will not either, both reasons are told. */
async function insteadOfEngine(
  failures: readonly EndpointFailure[],
  here: Promise<DetectedRuntime>,
): Promise<DetectedRuntime> {
  try {
    return await here
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    throw noRuntime(failures, error)
  }
}

async function appleHere(host: Host, signal: AbortSignal): Promise<DetectedRuntime> {
  const runtime = await appleAt(folderEndpoint('apple', join(statePaths(host).dir, 'apple')), host)
  return { runtime, info: await runtime.ping(signal) }
}

async function appleAt(endpoint: string, host: Host): Promise<ContainerRuntime> {
  const { connectApple } = await import('./apple/connect-apple.ts')
  const root = folderOfEndpoint('apple', endpoint)
  const { env, uid, arch } = host
  const program = 'container'
  return connectApple({ root, program, env, uid, arch, selfCommand: selfCommand() })
}

async function embeddedAt(endpoint: string, host: Host): Promise<ContainerRuntime> {
  const { connectEmbedded } = await import('./embedded/connect-embedded.ts')
  const root = folderOfEndpoint('embedded', endpoint)
  return connectEmbedded({ root, selfCommand: selfCommand(), host })
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

function refuseUnavailable(kind: RuntimeKind | undefined, host: Host): void {
  if (kind === 'embedded' && host.platform !== 'linux')
    throw new UserError(
      'the embedded runtime is made of Linux namespaces, which this system has not',
      {
        fix: 'use --runtime docker',
        exitCode: 2,
      },
    )
  if (kind === 'apple' && host.platform !== 'darwin')
    throw new UserError("the apple runtime is Apple's container program, which only Macs have", {
      fix: 'use --runtime docker',
      exitCode: 2,
    })
}

/** No engine answers: each candidate's reason, in the order they were tried. */
function noRuntime(
  failures: readonly EndpointFailure[],
  other: UnavailableError | undefined,
): UserError {
  const reasons = failures.map(({ source, what }) => `${source}: ${what}`)
  const last = other === undefined ? [] : [other.message]
  return new UserError(['no container engine answers', ...reasons, ...last].join('\n'), {
    fix: [...NO_ENGINE_FIXES, ...(other?.fixes ?? [])],
    exitCode: 125,
  })
}
