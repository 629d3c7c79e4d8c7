import { UserError } from '../lib/errors.ts'
import { nearestName } from '../lib/nearest-name.ts'
import { quoted } from '../lib/quoted.ts'
import type { RunRecord } from './run-record.ts'
import { isLive } from './run-state.ts'

/**
 * Finds the run a user means: exact id, unique id prefix, exact name (the live one of that name, else the
 * newest). Nothing is guessed: no match or several are a `UserError` that lists what there is.
 */
export function resolveRun(runs: readonly RunRecord[], text: string): RunRecord {
  const exact = runs.find(({ id }) => id === text)
  if (exact !== undefined) return exact
  const named = runs.filter(({ name }) => name === text)
  const live = named.find(({ state }) => isLive(state))
  const byName = live ?? named[0]
  const prefixed = runs.filter(({ id }) => id.startsWith(text) || id.startsWith(`run_${text}`))
  const [only, ...others] = prefixed
  if (byName !== undefined) return byName
  if (only !== undefined && others.length === 0 && text !== '') return only
  if (only !== undefined && text !== '')
    throw new UserError(`${quoted(text)} matches several runs: ${listed(prefixed)}`, {
      fix: 'give more of the id',
    })
  const near = nearestName(
    text,
    runs.map(({ name }) => name),
  )
  throw new UserError(`there is no run ${quoted(text)}`, {
    fix: near === undefined ? 'agent list -a' : [`did you mean "${near}"?`, 'agent list -a'],
  })
}

/** `run_3f9c2a41b07d (myapp, running), …` */
function listed(runs: readonly RunRecord[]): string {
  return runs.map(({ id, name, state }) => `${id} (${name}, ${state})`).join(', ')
}
