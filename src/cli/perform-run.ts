import { realpathSync } from 'node:fs'
import type { Settings } from '../config/settings.ts'
import { parseDetachKeys } from '../run/detach-keys.ts'
import { BUILDKIT_IMAGE } from '../run/buildkit-sidecar.ts'
import { WORKSPACE } from '../run/container-spec-of.ts'
import { hostBase } from '../run/host-base.ts'
import { gitMounts, makeMissing } from '../run/git-mounts.ts'
import { guardMounts, socketOf } from '../run/mount-guard.ts'
import { isGvisorAsked, mayUseGvisor } from '../run/sandbox-plan.ts'
import type { RunPlan } from '../run/plan.ts'
import { imageBase, type RunBase } from '../run/run-base.ts'
import { type PlanInputs, planRun } from '../run/plan-run.ts'
import { exitProcess } from '../platform/exit.ts'
import type { DetectedRuntime } from '../runtime/runtime-directory.ts'
import type { AppContext } from './app-context.ts'
import { styleFor } from './global-options.ts'
import { findProject } from './find-project.ts'
import { Interruption } from './interruption.ts'
import { launchRun } from './launch-run.ts'
import { type LoadedConfig, portWish } from './load-settings.ts'
import { printPlan } from './print-plan.ts'
import { ProgressLines } from './progress-lines.ts'
import { requireConsent } from './require-consent.ts'
import { environmentOf, nameOf, planFlags, requireTerminal, type RunFlags } from './run-flags.ts'

/** `agent run`: everything is checked and planned before anything is made. */
export async function performRun(app: AppContext, asked: RunFlags): Promise<void> {
  const { json } = asked
  using progress = new ProgressLines(app, { json, style: styleFor(app, asked, 'stderr') })
  using interruption = interruptionOf(progress)
  const { signal } = interruption
  const found = await findProject(app, asked, { progress, signal })
  const { workspace, flags, project, settings, ownSettings } = found
  const detachKeys = parseDetachKeys(flags.detachKeys)
  const ownFlags = planFlags(flags)
  const { env, missing } = environmentOf(app, flags, project)
  for (const name of missing) progress.notice(`${name} is not set here, so the run does not get it`)
  const name = nameOf(flags, project)
  requireTerminal(app, flags, project)
  progress.status('Initializing…')
  const { detected, base, ociRuntimes } = await progress.timed('detect', () =>
    findGround(app, found, signal),
  )
  const git = gitMounts(workspace)
  // What cannot be at all needs nobody's consent.
  const asking = { project, workspace, flags, ownSettings, progress, signal }
  const allowed = await requireConsent(app, asking)
  const plan = planRun({
    project,
    name,
    workspace,
    worktree: found.worktree,
    sandbox: settings.sandbox,
    info: detected.info,
    ociRuntimes,
    flags: ownFlags,
    allowed,
    envNames: Object.keys(env),
    base,
    engine: engineFor(detected, settings),
    git,
    host: app.host,
    realPath: realpathSync,
  })
  guardPlan(app, plan, { endpoint: detected.runtime.endpoint, ...ownFlags })
  if (project.container.user === 'image')
    progress.notice(`container.user: image, the command runs as the image's own user, often root`)
  if (flags.dryRun === true) {
    progress.clear()
    return printPlan(app, plan, json)
  }
  makeMissing(git.missing)
  await launchRun(app, {
    plan,
    env: { ...base.env, ...git.env, ...env },
    detected,
    findBuilders: app.builders(settings),
    port: portWish(settings.proxyPort),
    progress,
    detachKeys,
    interruption,
    json,
    timings: flags.timings === true,
  })
}

/** What Docker inside a run has to know of the engine it is on. */
function engineFor(
  { runtime }: DetectedRuntime,
  { buildkitImage }: Settings,
): PlanInputs['engine'] {
  return { endpoint: runtime.endpoint, buildkitImage: buildkitImage.value ?? BUILDKIT_IMAGE }
}

/** Once: undo in good order. Twice: leave that to the background process, which finds everything we made. */
function interruptionOf(progress: ProgressLines): Interruption {
  return new Interruption(['SIGINT', 'SIGTERM', 'SIGHUP'], () => {
    progress.notice('interrupted again; what was begun is removed in the background')
    exitProcess(130)
  })
}

/** The workspace is a mount like any other: `agent run ~` is refused too. */
function guardPlan(
  app: AppContext,
  plan: RunPlan,
  { endpoint, allowUnsafeMount }: { endpoint: string; allowUnsafeMount: boolean },
): void {
  const mounted = [{ source: plan.workspace, target: WORKSPACE, readonly: false }, ...plan.mounts]
  const places = {
    homeDir: app.host.homeDir,
    stateDir: app.paths.dir,
    engineSockets: ['/var/run/docker.sock', ...socketOf(endpoint)],
  }
  guardMounts(mounted, places, allowUnsafeMount)
}

/** Where the run will be: the runtime, what its boundary may be, and the file system it starts from. */
async function findGround(
  app: AppContext,
  { project, settings }: Pick<LoadedConfig, 'project' | 'settings'>,
  signal: AbortSignal,
): Promise<{ detected: DetectedRuntime; base: RunBase; ociRuntimes: readonly string[] }> {
  const gvisor = isGvisorAsked(settings.sandbox)
  const detected = await app.runtimes.detect(settings.runtime.value, signal, { gvisor })
  const { runtime } = detected
  const hasDockerInside = project.dependencies.some(({ kind }) => kind === 'docker')
  const isAsked = mayUseGvisor(settings.sandbox) && !hasDockerInside
  const ociRuntimes = isAsked ? await runtime.ociRuntimes(signal) : []
  // Runtimes without images use the programs of this machine.
  if (runtime.kind !== 'embedded') {
    const host = { ...app.host, version: app.build.version }
    return { detected, base: imageBase(project, host), ociRuntimes }
  }
  const { env, homeDir } = app.host
  const base = await hostBase(project, { env, homeDir })
  return { detected, base, ociRuntimes }
}
