import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../lib/errors.ts'
import { listHomes, type StoredHome } from '../run/list-homes.ts'
import type { RunContext } from '../run/run-context.ts'
import { matchingRuns } from '../run/resolve-run.ts'
import type { RunRecord } from '../run/run-record.ts'
import type { AppContext } from './app-context.ts'
import type { Aftermath } from './destroy-worktrees.ts'
import { foundAmong, runtimesHere } from './runtimes-here.ts'

const DETECT_LIMIT_MS = 10_000
const REMOVAL_LIMIT_MS = 30_000

/** Projects among the words after `--all-data`: each such word, and the path it stands for. */
export function projectsNamed(
  app: AppContext,
  runs: readonly RunRecord[],
  words: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const word of words) {
    const project = projectNamed(app, runs, word)
    if (project !== undefined) found.set(word, project)
  }
  return found
}

/** A word that means no run is a path; the project may be gone from the disk. */
function projectNamed(
  app: AppContext,
  runs: readonly RunRecord[],
  word: string,
): string | undefined {
  if (matchingRuns(runs, word).length > 0) return undefined
  const path = resolve(app.host.cwd, word)
  if (existsSync(path)) return realpathSync(path)
  return word.includes('/') ? path : undefined
}

/**
 * Removes the homes of these projects, or of all, wherever they are. One that a live run may use stays.
 * @param runs those that there are or were: homes may be where they ran
 */
export async function destroyHomes(
  app: AppContext,
  context: RunContext,
  { projects, runs }: { projects: ReadonlySet<string> | 'all'; runs: readonly RunRecord[] },
): Promise<Aftermath> {
  const detecting = AbortSignal.timeout(DETECT_LIMIT_MS)
  const found = foundAmong(await app.runtimes.survey(detecting))
  const { connect } = context
  const places = await runtimesHere(found, runs, { connect, signal: detecting })
  const failures = places.failures.map(
    ({ endpoint, reason }) => `homes at ${endpoint} are left alone: ${reason}`,
  )
  const removed = new Set<string>()
  const isMeant = ({ workspace }: StoredHome): boolean =>
    projects === 'all' || projects.has(workspace)
  const signal = AbortSignal.timeout(REMOVAL_LIMIT_MS)
  for (const runtime of places.runtimes) {
    const homes = await listHomes(runtime, context, signal).catch((error: unknown) => {
      failures.push(`could not look for homes at ${runtime.endpoint}: ${messageOf(error)}`)
      return []
    })
    for (const home of homes.filter(isMeant)) {
      const failure = await removeHome(home, context, signal)
      if (failure === undefined) removed.add(home.workspace)
      else failures.push(failure)
    }
  }
  const gone = [...removed].sort()
  return { homes: gone, notes: gone.map((project) => `removed the home of ${project}`), failures }
}

/** @returns why it stays; undefined: it is gone */
async function removeHome(
  { workspace, remove }: StoredHome,
  { runs }: RunContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const user = runs.list({ live: true }).find((run) => run.workspace === workspace)
  if (user !== undefined)
    return `the home of ${workspace} stays: "${user.name}" (${user.id}, ${user.state}) may use it`
  try {
    await remove(signal)
    return undefined
  } catch (error) {
    return `could not remove the home of ${workspace}: ${messageOf(error)}`
  }
}
