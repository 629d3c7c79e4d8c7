import { UserError } from '../lib/errors.ts'
import { stepTitle } from '../lib/step-title.ts'
import { writeInPrivateFolder } from '../platform/private-file.ts'
import { BuildFailedError } from '../runtime/build-failed-error.ts'
import { pullFailure, registryOf } from '../runtime/pull-failure.ts'
import type { BuilderCandidate, FindBuilders } from '../runtime/builder-candidate.ts'
import { BuildkitUnreachableError } from '../runtime/buildkit-unreachable-error.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { BuildProgress, BuildRequest } from '../runtime/image-builder.ts'
import { LABEL_HOME } from '../runtime/labels.ts'
import type { PlannedBuild } from './planned-build.ts'
import { imageBefore, removeReplaced } from './replaced-image.ts'
import type { RunProgress } from './run-progress.ts'

export type BuildImageOptions = {
  build: PlannedBuild
  /** Of the state folder that the image is to belong to. */
  homeId: string
  runtime: ContainerRuntime
  findBuilders: FindBuilders
  /** Where the Dockerfile is kept, for whoever wants to see what was built. */
  dockerfilePath: string
  noCache?: boolean
  /** `linux/arm64`; absent: the builder's own. */
  platform?: string
  progress: RunProgress
  signal: AbortSignal
}

/**
 * Builds a run's image under its tag into the runtime's store. A builder that cannot be reached gives way to the
 * next one, unless the user named it; a Dockerfile that fails does not, and fails once.
 */
export async function buildImage(options: BuildImageOptions): Promise<void> {
  const { runtime, findBuilders, progress } = options
  const candidates = await findBuilders(runtime)
  for (const [index, candidate] of candidates.entries()) {
    const next = candidates[index + 1]
    const attempt = { isBegun: false }
    try {
      return await buildWith(candidate, options, attempt)
    } catch (error) {
      const isAbsent = error instanceof BuildkitUnreachableError && !attempt.isBegun
      if (!candidate.isOptional || next === undefined || !isAbsent) throw await told(error, options)
      progress.notice(`${error.message}; building with ${next.name}`)
    }
  }
  throw new UserError(`${runtime.kind} cannot build images`, { exitCode: 2 })
}

async function buildWith(
  { builder, hasCacheMounts, isElsewhere, name }: BuilderCandidate,
  {
    build,
    homeId,
    runtime,
    dockerfilePath,
    noCache,
    platform,
    progress,
    signal,
  }: BuildImageOptions,
  attempt: { isBegun: boolean },
): Promise<void> {
  const dockerfile = hasCacheMounts ? build.dockerfile : build.plainDockerfile
  writeInPrivateFolder(dockerfilePath, dockerfile, 0o600)
  const request: Omit<BuildRequest, 'output'> = {
    dockerfile,
    dockerfileName: dockerfilePath,
    buildArgs: build.buildArgs,
    labels: { ...build.labels, [LABEL_HOME]: homeId },
    ...(build.nameServers !== undefined && { nameServers: build.nameServers }),
    ...(noCache === true && { noCache }),
    ...(platform !== undefined && { platform }),
  }
  const { tag } = build
  const { images } = runtime
  const replaced = images && (await imageBefore(tag, images, signal))
  const tell = progress.building(`${tag} with ${name}`)
  const onProgress = (step: BuildProgress): void => {
    // From here on it is no question any more whether there is a builder.
    attempt.isBegun = true
    tell(step)
  }
  if (!isElsewhere || images === undefined)
    await builder.build({ ...request, output: { exporter: 'moby', tag } }, { onProgress, signal })
  else {
    const receive = (tarball: AsyncIterable<Uint8Array>): Promise<void> =>
      images.load(tarball, signal)
    const output = { exporter: 'docker', tag, receive } as const
    await builder.build({ ...request, output }, { onProgress, signal })
  }
  if (images && replaced) await removeReplaced(replaced, images, { homeId, signal })
}

/** A Dockerfile of ours is not to be edited; what it was made from is, or what keeps a base image away. */
async function told(error: unknown, options: BuildImageOptions): Promise<unknown> {
  if (!(error instanceof BuildFailedError)) return error
  const { dockerfilePath, progress } = options
  const { stepName, lastLines, reason } = error.failure
  if (error.image !== undefined) return unpulled(error, error.image, options)
  for (const line of lastLines) progress.notice(`  | ${line}`)
  const step = stepName === undefined ? '' : ` at ${stepTitle(stepName)}`
  return new UserError(`the image could not be built${step}: ${stepTitle(reason)}`, {
    fix: ['change dependencies in agent.yaml', `see what was built: ${dockerfilePath}`],
    exitCode: 125,
    cause: error,
  })
}

/** Looks again at what the user's configuration has for the registry, to name it. */
async function unpulled(
  error: BuildFailedError,
  image: string,
  { runtime, signal }: BuildImageOptions,
): Promise<UserError> {
  const found = await runtime.images?.login(registryOf(image), signal)
  return pullFailure({ reference: image, reason: error.failure.reason, found }, { cause: error })
}
