import { join } from 'node:path'
import { z } from 'zod'
import { imageFor } from '../image/base-image.ts'
import type { InstallPlan } from '../image/install-plan.ts'
import { problemsError } from '../config/problem.ts'
import { UserError, usageError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { exitProcess } from '../platform/exit.ts'
import { buildImage } from '../run/build-image.ts'
import type { PlannedBuild } from '../run/planned-build.ts'
import { plannedBuild } from '../run/run-base.ts'
import type { AppContext } from './app-context.ts'
import { type GlobalOptions, styleFor } from './global-options.ts'
import { Interruption } from './interruption.ts'
import { loadConfig } from './load-settings.ts'
import { ProgressLines } from './progress-lines.ts'
import { openStores } from './stores.ts'
import { workspaceOf } from './run-flags.ts'

export type BuildFlags = GlobalOptions & {
  print: boolean
  noCache: boolean
  /** `linux/arm64` */
  platform?: string
}

/** `agent build`: the image of the project at this path, made now; or, to be printed, what it would be made from. */
export async function buildProject(
  app: AppContext,
  path: string,
  flags: BuildFlags,
): Promise<void> {
  const workspace = workspaceOf(app.host.cwd, path)
  const file = join(path, 'agent.yaml')
  const { project, settings } = loadConfig(app, { workspace, file, flags: {} })
  const image = imageFor(project)
  if (!image.ok) throw problemsError(image.problems)
  if (image.value.kind === 'existing') return tellReference(app, image.value.reference, flags)
  const build = buildFor(app, image.value.plan, {
    asked: flags.platform,
    nameServers: project.container.builderDns,
  })
  if (flags.print) return printDockerfile(app, build, flags.json)
  using progress = new ProgressLines(app, {
    json: flags.json,
    style: styleFor(app, flags, 'stderr'),
  })
  using interruption = new Interruption(['SIGINT', 'SIGTERM'], () => exitProcess(130))
  const { signal } = interruption
  const { runtime } = await app.runtimes.detect(settings.runtime.value, signal)
  if (runtime.images === undefined)
    throw new UserError(`the ${runtime.kind} runtime has no images`, {
      fix: 'build where a Docker engine answers',
      exitCode: 2,
    })
  await buildImage({
    build,
    homeId: homeIdOf(app),
    runtime,
    findBuilders: app.builders(settings),
    dockerfilePath: app.paths.builtDockerfile(build.tag.replace(/^.*:/, '')),
    noCache: flags.noCache,
    ...(flags.platform === undefined ? {} : { platform: flags.platform }),
    progress,
    signal,
  })
  progress.clear()
  app.output.answer(flags.json ? JSON.stringify({ image: build.tag }, undefined, 2) : build.tag)
}

/** Makes the state folder where there is none yet: the image is to be found again. */
function homeIdOf(app: AppContext): string {
  const { state, context } = openStores(app)
  using _state = state
  return context.homeId
}

const platforms = z.enum(['linux/amd64', 'linux/arm64'])

function buildFor(
  app: AppContext,
  plan: InstallPlan,
  { asked, nameServers }: { asked: string | undefined; nameServers: readonly string[] },
): PlannedBuild {
  const host = { ...app.host, version: app.build.version }
  if (asked === undefined) return plannedBuild(plan, host, nameServers)
  const platform = platforms.safeParse(asked)
  if (!platform.success)
    throw usageError(`--platform ${quoted(asked)} is no platform that images are built for`, [
      '--platform linux/amd64',
      '--platform linux/arm64',
    ])
  return plannedBuild(
    plan,
    { ...host, arch: platform.data === 'linux/arm64' ? 'arm64' : 'x64' },
    nameServers,
  )
}

/** The text for any builder, with what it is built with. */
function printDockerfile(
  app: AppContext,
  { tag, plainDockerfile, buildArgs, platform }: PlannedBuild,
  json: boolean,
): void {
  if (!json) return app.output.answer(plainDockerfile.trimEnd())
  const answer = { image: tag, platform, buildArgs, dockerfile: plainDockerfile }
  app.output.answer(JSON.stringify(answer, undefined, 2))
}

/** An image that exists is used as it is: all that a Dockerfile of it could say. */
function tellReference({ output }: AppContext, image: string, { json, print }: BuildFlags): void {
  output.note(`nothing has to be built: ${image} is used as it is`)
  if (json) output.answer(JSON.stringify({ image }, undefined, 2))
  else output.answer(print ? `FROM ${image}` : image)
}
