import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, UserError } from '../lib/errors.ts'
import { writeInPrivateFolder } from '../platform/private-file.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import { MissingImageError } from '../runtime/missing-image-error.ts'
import { StartError } from '../runtime/start-error.ts'
import { readNameServers } from './name-servers.ts'
import { pullImage } from './pull-image.ts'
import type { RunContext } from './run-context.ts'
import { runLabels } from './run-labels.ts'
import { besideName } from './container-spec-of.ts'
import { ownNetworkName } from './network-name.ts'
import type { StartOptions } from './start-options.ts'
import { isBeingMade, stoppedMeanwhile } from './stopped-meanwhile.ts'

/** The BuildKit beside a run with docker:dind. */
export const BUILDKIT_IMAGE = 'moby/buildkit:v0.34.2'

/** Its name on the run's network, and its port. */
export const BUILDKIT_HOST = 'buildkit'
export const BUILDKIT_ADDRESS = `tcp://${BUILDKIT_HOST}:1234`

const CONFIG = '/etc/agentops/buildkitd.toml'
const READY_LIMIT_MS = 30_000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2000

/**
 * Makes the BuildKit that `docker build` inside the run uses, starts it, and waits until it answers. It sees nothing of
 * this machine but its name servers: no socket of an engine, no folder.
 */
export async function startSidecar(
  options: StartOptions,
  context: RunContext,
  buildkitImage: string,
): Promise<void> {
  const { plan, runId, runtime, progress, signal } = options
  const spec = sidecarSpec(options, context, buildkitImage)
  context.runs.intend(runId, 'container', spec.name)
  const sidecar = await createOrPull(options, spec)
  if (!isBeingMade(runId, context)) {
    // Whoever ended the run meanwhile did not find it.
    await runtime.remove(sidecar)
    throw stoppedMeanwhile(plan)
  }
  signal.throwIfAborted()
  await startedSidecar(runtime, sidecar, signal)
  progress.status('waiting for the builder beside the run')
  await untilReady(runtime, sidecar, signal)
}

function sidecarSpec(
  { plan, runId, hostEnv }: StartOptions,
  context: RunContext,
  image: string,
): ContainerSpec {
  const source = context.paths.runBuildkitConfig(runId)
  writeInPrivateFolder(source, buildkitConfig(readNameServers()), 0o644)
  return {
    name: besideName('buildkit', runId),
    hostname: BUILDKIT_HOST,
    image,
    command: ['--addr', 'tcp://0.0.0.0:1234', '--config', CONFIG],
    env: {},
    workingDir: '/',
    labels: runLabels({ ...context, runId, role: 'sidecar', env: hostEnv }),
    mounts: [{ source, target: CONFIG, readonly: true }],
    tmpfs: [],
    ports: [],
    extraHosts: [],
    hostRelays: [],
    network: ownNetworkName(runId),
    networkAliases: [BUILDKIT_HOST],
    privileged: true,
    // Work that a run gives away is still the run's.
    ...(plan.limits === undefined ? {} : { limits: plan.limits }),
    tty: false,
    stdin: false,
  }
}

/**
 * The buildkitd.toml of the sidecar. On a network of ours its own name server is the engine's 127.0.0.11, which
 * BuildKit drops for RUN steps, and takes public ones in its place.
 */
export function buildkitConfig(nameServers: readonly string[]): string {
  if (nameServers.length === 0) return ''
  return `[dns]\n  nameservers = ${JSON.stringify(nameServers)}\n`
}

async function createOrPull(options: StartOptions, spec: ContainerSpec): Promise<ContainerId> {
  const { runtime, progress, signal } = options
  try {
    return await runtime.create(spec)
  } catch (error) {
    if (!(error instanceof MissingImageError) || runtime.images === undefined) throw error
    await pullSidecar(options, runtime.images, spec.image)
    signal.throwIfAborted()
    progress.status('making the builder beside the run')
    return runtime.create(spec)
  }
}

async function pullSidecar(
  { progress, signal }: StartOptions,
  images: NonNullable<ContainerRuntime['images']>,
  image: string,
): Promise<void> {
  try {
    await pullImage(images, image, progress, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw new UserError(`docker:dind needs the image ${image}: ${messageOf(error)}`, {
      fix: [
        `docker pull ${image}`,
        'set AGENTOPS_BUILDKIT_IMAGE to one that this machine can have',
        ...(error instanceof UserError ? error.fixes : []),
      ],
      exitCode: 125,
      cause: error,
    })
  }
}

async function startedSidecar(
  runtime: ContainerRuntime,
  sidecar: ContainerId,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runtime.start(sidecar, signal)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    throw new UserError(`the builder of docker:dind did not start: ${error.message}`, {
      fix: 'allow privileged containers on this engine; docker:dind needs them',
      exitCode: 125,
      cause: error,
    })
  }
}

/** `buildctl debug workers` asks by Control.ListWorkers: that it runs does not mean that it answers. */
async function untilReady(
  runtime: ContainerRuntime,
  sidecar: ContainerId,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(READY_LIMIT_MS)
  const either = AbortSignal.any([signal, limit])
  let waitMs = FIRST_WAIT_MS
  try {
    while (!(await answers(runtime, sidecar, either))) {
      await delay(waitMs, undefined, { signal: either })
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  } catch (error) {
    signal.throwIfAborted()
    const lines = await lastLines(runtime, sidecar)
    const why = limit.aborted
      ? `did not answer within ${READY_LIMIT_MS / 1000} s`
      : messageOf(error)
    throw new UserError([`the builder of docker:dind ${why}`, ...lines].join('\n'), {
      fix: 'run it again; or see what the engine says: docker events',
      exitCode: 125,
      cause: error,
    })
  }
}

async function answers(
  runtime: ContainerRuntime,
  sidecar: ContainerId,
  signal: AbortSignal,
): Promise<boolean> {
  const state = await runtime.inspect(sidecar, signal)
  if (state?.phase !== 'running') throw new Error(`ended with exit code ${state?.exitCode ?? '?'}`)
  const session = await runtime.exec(
    sidecar,
    {
      command: ['buildctl', '--addr', 'tcp://127.0.0.1:1234', 'debug', 'workers'],
      env: {},
      tty: false,
      stdin: false,
    },
    signal,
  )
  await using stream = session.stream
  for await (const _chunk of stream.output) signal.throwIfAborted()
  return (await session.exitCode(signal)) === 0
}

/** Why it does not answer, in its own words. */
async function lastLines(runtime: ContainerRuntime, sidecar: ContainerId): Promise<string[]> {
  try {
    const limit = AbortSignal.timeout(5000)
    const options = { follow: false, timestamps: false, tail: 20 }
    let text = ''
    for await (const { bytes } of runtime.logs(sidecar, options, limit))
      text += Buffer.from(bytes).toString()
    return text.trim() === ''
      ? []
      : text
          .trim()
          .split('\n')
          .map((line) => `  | ${line}`)
  } catch {
    // The first reason is the one to tell.
    return []
  }
}
