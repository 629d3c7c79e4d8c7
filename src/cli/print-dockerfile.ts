import { join } from 'node:path'
import { loadProjectConfig } from '../config/load-project-config.ts'
import { problemsError } from '../config/problem.ts'
import { imageFor } from '../image/base-image.ts'
import type { Architecture } from '../image/catalogue-entry.ts'
import { recipeOf } from '../image/image-recipe.ts'
import { UserError, usageError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import type { Host } from '../platform/host.ts'
import type { AppContext } from './app-context.ts'
import { workspaceOf } from './run-flags.ts'

/** Who a build is for on a system without user ids. */
const SOMEBODY = { uid: 1000, gid: 1000 }

/** `agent build --print`: the Dockerfile that any builder takes, for this machine's architecture and user. */
export function printDockerfile(
  app: AppContext,
  path: string,
  { print, json }: { print: boolean; json: boolean },
): void {
  if (!print) throw usageError('building an image is not available yet', 'agent build --print')
  const file = join(path, 'agent.yaml')
  const workspace = workspaceOf(app.host.cwd, path)
  const project = loadProjectConfig({ path: join(workspace, 'agent.yaml'), file })
  if (!project.ok) throw problemsError(project.problems)
  const image = imageFor(project.value)
  if (!image.ok) throw problemsError(image.problems)
  if (image.value.kind === 'existing') return printReference(app, image.value.reference, json)
  const recipe = recipeOf(image.value.plan, {
    architecture: architectureOf(app.host),
    user: app.host.uid < 0 ? SOMEBODY : { uid: app.host.uid, gid: app.host.gid },
    cacheMounts: false,
  })
  if (!json) return app.output.answer(recipe.dockerfile.trimEnd())
  const { tag, dockerfile, buildArgs, platform } = recipe
  app.output.answer(JSON.stringify({ image: tag, platform, buildArgs, dockerfile }, undefined, 2))
}

/** An image that exists is used as it is: all that a Dockerfile of it could say. */
function printReference({ output }: AppContext, image: string, json: boolean): void {
  if (json) return output.answer(JSON.stringify({ image }, undefined, 2))
  output.note(`nothing has to be built: ${image} is used as it is`)
  output.answer(`FROM ${image}`)
}

function architectureOf({ arch }: Host): Architecture {
  if (arch === 'x64') return 'amd64'
  if (arch === 'arm64') return 'arm64'
  throw new UserError(`there are no images for the processor ${quoted(arch)}`, {
    fix: 'use a machine with an amd64 or arm64 processor',
  })
}
