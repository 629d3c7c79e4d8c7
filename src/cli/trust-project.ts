import { realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import { ConsentStore } from '../run/consent-store.ts'
import { describeKey, markNew } from '../run/weigh-consent.ts'
import type { AppContext } from './app-context.ts'
import { canAsk, confirm } from './confirm.ts'
import { loadConfig } from './load-settings.ts'
import { consentFor, giveConsent, weakeningOf } from './require-consent.ts'
import { workspaceOf } from './run-flags.ts'
import { openStores, openStoresForReading } from './stores.ts'
import { formatTable } from './table.ts'

/** `agent trust`: shows what a project asks for, and allows exactly that. */
export async function trustProject(
  app: AppContext,
  path: string,
  { json, yes }: { json: boolean; yes: boolean },
): Promise<void> {
  const workspace = workspaceOf(app.host.cwd, path)
  const { project } = loadConfig(app, { workspace, file: join(path, 'agent.yaml'), flags: {} })
  const weakening = weakeningOf(app, project, workspace)
  const consent = consentFor(app, workspace)
  const keys = markNew(weakening.keys, consent)
  if (!json) for (const key of keys) app.output.answer(printable(describeKey(key, project.file)))
  const isNeeded = keys.length > 0 && consent?.hash !== weakening.hash
  if (isNeeded) {
    if (!yes) await askFor(app, workspace, json)
    giveConsent(app, workspace, weakening)
  }
  if (json) {
    const list = keys.map(({ key, value, isNew }) => ({ key, value, isNew }))
    app.output.answer(JSON.stringify({ workspace, keys: list, trusted: true }, undefined, 2))
  } else app.output.note(outcome(keys.length, isNeeded, workspace))
}

function outcome(count: number, isNeeded: boolean, workspace: string): string {
  if (count === 0) return 'agent.yaml asks for nothing that weakens isolation'
  const place = printable(workspace)
  return isNeeded ? `allowed for ${place}, until these keys change` : `allowed for ${place} already`
}

async function askFor(app: AppContext, workspace: string, json: boolean): Promise<void> {
  if (json || !canAsk(app))
    throw new UserError('there is no terminal to ask on', { fix: 'agent trust --yes', exitCode: 2 })
  if (!(await confirm(app, `Allow this for ${printable(workspace)} from now on?`)))
    throw new UserError('nothing was allowed', { fix: 'agent trust --yes, if you mean it' })
}

/** `agent trust --revoke`: also for a folder that is gone. */
export function revokeTrust(app: AppContext, path: string, { json }: { json: boolean }): void {
  const workspace = placeOf(resolve(app.host.cwd, path))
  using state = openStores(app).state
  const revoked = new ConsentStore(state).revoke(workspace)
  if (json) return app.output.answer(JSON.stringify({ workspace, revoked }, undefined, 2))
  app.output.note(
    revoked
      ? `${printable(workspace)} is allowed nothing any more`
      : `${printable(workspace)} was allowed nothing`,
  )
}

function placeOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** `agent trust --list`. */
export function listTrusted(app: AppContext, { json }: { json: boolean }): void {
  const stores = openStoresForReading(app)
  using state = stores?.state
  const consents = state === undefined ? [] : new ConsentStore(state).list()
  if (json) {
    const trusted = consents.map(({ workspace, keys, givenAtMs }) => ({
      workspace,
      keys: keys.map(([key, value]) => ({ key, value })),
      givenAt: new Date(givenAtMs).toISOString(),
    }))
    return app.output.answer(JSON.stringify({ trusted }, undefined, 2))
  }
  const rows = consents.map(({ workspace, keys }) => [
    workspace,
    keys.map(([key, value]) => `${key}: ${value}`).join(', '),
  ])
  for (const line of formatTable(['PROJECT', 'ALLOWED'], rows)) app.output.answer(line)
}
