import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import type { ProcessIdentity } from './engine-state.ts'

/** Every process of an engine carries this variable with the engine's name: it is inherited by containerd and its shims. */
export const engineNameVariable = 'AGENT_TEST_ENGINE_NAME'

/** Starts a program in a session of its own, with its output in a file, and returns who it is. */
export async function startDetached(
  command: readonly [string, ...string[]],
  logFile: string,
  env: Readonly<Record<string, string>>,
): Promise<ProcessIdentity> {
  const log = openSync(logFile, 'a')
  try {
    const [program, ...words] = command
    const child = spawn(program, words, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    })
    await once(child, 'spawn')
    child.unref()
    const identity = identityOf(child.pid ?? 0)
    if (identity === undefined) throw new Error(`${program} ended at once; see ${logFile}`)
    return identity
  } finally {
    closeSync(log)
  }
}

/** The identity of a live process; undefined when it is gone or a zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const startTime = fields[19]
    return startTime === undefined || fields[0] === 'Z' ? undefined : { pid, startTime }
  } catch {
    return undefined
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startTime === identity.startTime
}

/** Sends a signal unless the process is gone or another one now has its pid. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, signal)
  } catch {
    // It ended between the check and the call.
  }
}

/** Waits until all of `processes` are gone; false when some are left after `limitMs`. */
export async function haveEnded(
  processes: readonly ProcessIdentity[],
  limitMs: number,
): Promise<boolean> {
  const until = performance.now() + limitMs
  while (processes.some(isAlive)) {
    if (performance.now() > until) return false
    await Bun.sleep(20)
  }
  return true
}

/** Live processes whose environment has the entry `variable=value` (any value when `value` is undefined). */
export async function processesWithVariable(
  variable: string,
  value?: string,
): Promise<ProcessIdentity[]> {
  const wanted = value === undefined ? `${variable}=` : `${variable}=${value}`
  return liveProcesses(async (pid) => {
    const entries = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')
    return entries.some((entry) =>
      value === undefined ? entry.startsWith(wanted) : entry === wanted,
    )
  })
}

/** Live processes inside the network namespace with this inode number. */
export async function processesInNetns(inode: number): Promise<ProcessIdentity[]> {
  return liveProcesses(async (pid) => readlinkSync(`/proc/${pid}/ns/net`) === `net:[${inode}]`)
}

async function liveProcesses(
  matches: (pid: number) => Promise<boolean>,
): Promise<ProcessIdentity[]> {
  const found: ProcessIdentity[] = []
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    // A process that ends while we look at it does not match.
    if (!(await matches(pid).catch(() => false))) continue
    const identity = identityOf(pid)
    if (identity !== undefined) found.push(identity)
  }
  return found
}
