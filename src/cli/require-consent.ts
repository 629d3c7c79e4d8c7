import type { ProjectConfig } from '../config/project-config.ts'
import type { Settings } from '../config/settings.ts'
import { type Weakening, weakeningKeys } from '../config/weakening-keys.ts'
import { UserError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import { type Consent, ConsentStore } from '../run/consent-store.ts'
import { realPlace } from '../run/mount-guard.ts'
import {
  type AllowedKey,
  type AskedKey,
  describeKey,
  type OwnWish,
  weighConsent,
} from '../run/weigh-consent.ts'
import type { AppContext } from './app-context.ts'
import { canAsk, confirm } from './confirm.ts'
import type { ProgressLines } from './progress-lines.ts'
import { planFlags, type RunFlags } from './run-flags.ts'
import { openStores, openStoresForReading } from './stores.ts'

type Asking = {
  project: ProjectConfig
  workspace: string
  flags: RunFlags
  /** What the settings are without agent.yaml. */
  ownSettings: Settings
  progress: ProgressLines
  signal: AbortSignal
}

/**
 * What agent.yaml weakens isolation by, once the user has allowed it: by saying the same beside the file, with
 * `agent trust`, or now on the terminal.
 * @throws UserError (exit code 2) when nobody did
 */
export async function requireConsent(
  app: AppContext,
  asking: Asking,
): Promise<readonly AllowedKey[]> {
  const { project, workspace, flags, ownSettings, progress, signal } = asking
  const weakening = weakeningOf(app, project, workspace)
  if (weakening.keys.length === 0) return []
  const own = ownWish(ownSettings, flags)
  const { allowed, missing } = weighConsent(weakening, own, consentFor(app, workspace))
  if (missing.length === 0) return allowed
  const lines = missing.map((key) => printable(describeKey(key, project.file)))
  if (flags.dryRun === true) {
    progress.notice('it would need your consent, see agent trust, for')
    for (const line of lines) progress.notice(`  ${line}`)
    return weighConsent(weakening, own, asIfGiven(weakening, workspace)).allowed
  }
  if (flags.json || !canAsk(app)) throw noConsent(workspace, flags.path, missing, lines)
  progress.notice('agent.yaml asks for more than a run gets by itself:')
  for (const line of lines) progress.notice(`  ${line}`)
  if (!(await confirm(app, `Allow this for ${printable(workspace)} from now on?`, signal)))
    throw noConsent(workspace, flags.path, missing, lines)
  giveConsent(app, workspace, weakening)
  return weighConsent(weakening, own, asIfGiven(weakening, workspace)).allowed
}

export function weakeningOf(app: AppContext, project: ProjectConfig, workspace: string): Weakening {
  return weakeningKeys(project, { workspace, homeDir: app.host.homeDir, realPath: realPlace })
}

/** Undefined when none was given, or nothing was ever made here. */
export function consentFor(app: AppContext, workspace: string): Consent | undefined {
  const stores = openStoresForReading(app)
  if (stores === undefined) return undefined
  using state = stores.state
  return new ConsentStore(state).find(workspace)
}

export function giveConsent(app: AppContext, workspace: string, weakening: Weakening): void {
  using state = openStores(app).state
  new ConsentStore(state).give(workspace, weakening, app.clock.now())
}

function asIfGiven({ hash }: Weakening, workspace: string): Consent {
  return { workspace, hash, keys: [], givenAtMs: 0 }
}

function ownWish({ sandbox }: Settings, flags: RunFlags): OwnWish {
  const { mounts, allowUnsafeMount } = planFlags(flags)
  return {
    isSandboxOverridden: sandbox.source === 'flag' || sandbox.source === 'environment',
    ...(sandbox.source === 'config.yaml' ? { sandbox: sandbox.value } : {}),
    mountTargets: new Set(mounts.map(({ target }) => target)),
    allowUnsafeMount,
  }
}

function noConsent(
  workspace: string,
  path: string,
  missing: readonly AskedKey[],
  lines: readonly string[],
): UserError {
  const what = [
    `agent.yaml asks for more than a run gets by itself, and you have not allowed it for ${printable(workspace)}`,
    ...lines.map((line) => `  ${line}`),
  ]
  return new UserError(what.join('\n'), {
    fix: [`look at it, then: agent trust ${path}`, ...missing.flatMap(flagsFor)],
    exitCode: 2,
  })
}

/** The flag that says the same, where there is one. */
function flagsFor({ key, value }: AskedKey): string[] {
  if (key === 'sandbox')
    return [value === 'none' ? 'agent run --sandbox none' : 'agent run --sandbox auto']
  if (key === 'mounts') return [`agent run --mount ${value}`]
  return []
}
