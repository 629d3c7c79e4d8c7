import { access, constants } from 'node:fs/promises'

import { messageOf } from '../lib/errors.ts'
import type { RuntimeInfo } from '../runtime/container-state.ts'
import type { EndpointFailure } from '../runtime/endpoint-failure.ts'
import { UnavailableError } from '../runtime/unavailable-error.ts'

import { dockerRuntimeAt } from './connect-docker.ts'
import { connectionFailure } from './connection-failure.ts'
import type { DockerRuntime } from './docker-runtime.ts'
import { formatEndpoint } from './endpoint.ts'
import {
  engineCandidates,
  type DiscoveryContext,
  type EngineCandidate,
} from './engine-candidates.ts'

export type DockerDiscovery =
  | { runtime: DockerRuntime; info: RuntimeInfo }
  | { failures: EndpointFailure[] }

/**
 * Finds the engine to use: the one that was named, or else the first of the usual places that answers.
 * An engine that was named and cannot be used is thrown as an `UnavailableError`, never replaced by
 * another one; failures are returned only for the usual places.
 */
export async function discoverDocker(
  context: DiscoveryContext,
  signal: AbortSignal,
): Promise<DockerDiscovery> {
  const found = await engineCandidates(context)
  if (found.kind === 'named') return connectNamed(found.candidate, context, signal)
  const failures: EndpointFailure[] = found.configProblem
    ? [failureOf({ source: 'configuration', endpoint: '' }, found.configProblem)]
    : []
  for (const candidate of found.candidates) {
    try {
      return await connect(candidate, context, signal)
    } catch (error) {
      signal.throwIfAborted()
      failures.push(
        failureOf({ ...candidate, endpoint: formatEndpoint(candidate.endpoint) }, error),
      )
    }
  }
  return { failures }
}

async function connectNamed(
  candidate: EngineCandidate,
  context: DiscoveryContext,
  signal: AbortSignal,
): Promise<DockerDiscovery> {
  try {
    return await connect(candidate, context, signal)
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
    throw new UnavailableError(`${error.message} (named by ${candidate.source})`, {
      reason: error.reason,
      endpoint: error.endpoint,
      fix: error.fixes,
      cause: error,
    })
  }
}

async function connect(
  { endpoint }: EngineCandidate,
  context: DiscoveryContext,
  signal: AbortSignal,
): Promise<{ runtime: DockerRuntime; info: RuntimeInfo }> {
  // Looking for a file is much cheaper than finding out with a request.
  if (endpoint.kind === 'unix') await checkSocket(endpoint.path)
  const runtime = dockerRuntimeAt(endpoint, context)
  return { runtime, info: await runtime.ping(signal) }
}

async function checkSocket(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    throw connectionFailure(formatEndpoint({ kind: 'unix', path }), error)
  }
}

function failureOf(place: { source: string; endpoint: string }, error: unknown): EndpointFailure {
  const { source, endpoint } = place
  if (error instanceof UnavailableError) {
    return { source, endpoint, reason: error.reason, what: error.message, fixes: error.fixes }
  }
  return { source, endpoint, reason: 'invalid', what: messageOf(error), fixes: [] }
}
