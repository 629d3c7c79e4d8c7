import { existsSync, readFileSync, statSync } from 'node:fs'
import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { withCacheLock } from './cache-lock.ts'
import { cachedTools } from './engine-tools.ts'
import { enginePaths, runRoot, type EnginePaths } from './engine-paths.ts'
import {
  engineNameVariable,
  haveEnded,
  identityOf,
  isAlive,
  processesInNetns,
  processesWithVariable,
  signalProcess,
} from './engine-processes.ts'
import {
  engineNames,
  readEngineState,
  type EngineState,
  type ProcessIdentity,
} from './engine-state.ts'
import { restoreMachine } from './machine-before.ts'
import { succeeds, type RunOptions } from './run-command.ts'
import { tearDownNetwork } from './engine-network.ts'

/**
 * Removes everything of the engine `name`: containers, processes, mounts, cgroups, network, files. Works from names alone,
 * so also when the engine was killed half-way up;
 * `cacheDir` is then where its data is taken to be. Throws when a process or mount withstands.
 */
export async function tearDown(name: string, cacheDir: string): Promise<void> {
  const state = await readEngineState(name)
  const paths = enginePaths(name, state?.cacheDir ?? cacheDir)
  const options = await cachedTools(cacheDir)
  await endGracefully(state, paths, options)
  await killTheRest(name, paths)
  await unmountBelow([paths.runFolder, paths.dataFolder])
  await removeCgroups(paths.cgroup)
  await withCacheLock(cacheDir, 'network', async () => {
    await tearDownNetwork(paths, options)
    await rm(paths.dataFolder, { recursive: true, force: true })
    await rm(paths.runFolder, { recursive: true, force: true })
    if ((await engineNames()).length > 0) return
    await restoreMachine()
    await rmdir(runRoot).catch(() => undefined)
    await rmdir('/run/netns').catch(() => undefined)
  })
  await rmdir(dirname(paths.dataFolder)).catch(() => undefined)
}

/** Takes down the engines whose process has died without doing it, and returns their names. */
export async function sweepAbandoned(cacheDir: string): Promise<string[]> {
  const swept: string[] = []
  for (const name of await engineNames()) {
    const owner = (await readEngineState(name))?.owner
    if (owner === undefined || isAlive(owner)) continue
    await tearDown(name, cacheDir)
    swept.push(name)
  }
  return swept
}

/** Lets dockerd unmount and clean up by itself, with its containers killed first so that it has not to wait for them. */
async function endGracefully(
  state: EngineState | undefined,
  paths: EnginePaths,
  options: RunOptions,
): Promise<void> {
  const live = state?.processes.filter(isAlive) ?? []
  if (live.length === 0) return
  const client = {
    ...options,
    env: { ...options.env, DOCKER_HOST: `unix://${paths.socket}` },
    limitMs: 10_000,
  }
  const script = 'docker ps -q | xargs -r docker kill'
  await succeeds(['sh', '-c', script], client)
  for (const each of live) signalProcess(each, 'SIGTERM')
  await haveEnded(live, 10_000)
}

/** Kills what is still there, found by environment, cgroup and network namespace; our own ancestors are spared. */
async function killTheRest(name: string, paths: EnginePaths): Promise<void> {
  const spared = ancestors()
  const until = performance.now() + 10_000
  for (;;) {
    const found = [
      ...(await processesWithVariable(engineNameVariable, name)),
      ...(await processesInCgroups(paths.cgroup)),
      ...(existsSync(paths.netnsFile) ? await processesInNetns(statSync(paths.netnsFile).ino) : []),
    ].filter(({ pid }) => !spared.has(pid))
    if (found.length === 0) return
    if (performance.now() > until) {
      throw new Error(
        `engine ${name}: processes withstand SIGKILL: ${found.map(({ pid }) => pid).join(' ')}`,
      )
    }
    for (const each of found) signalProcess(each, 'SIGKILL')
    await haveEnded(found, 500)
  }
}

function ancestors(): Set<number> {
  const found = new Set([process.pid])
  let pid = process.ppid
  while (pid > 1 && identityOf(pid) !== undefined) {
    found.add(pid)
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    pid = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0)
  }
  return found
}

/** The folders of a cgroup in every mounted hierarchy (v1, v2 and both together), parents first. */
async function cgroupFolders(cgroup: string): Promise<string[]> {
  const root = '/sys/fs/cgroup'
  const hierarchies = [root, ...(await readdir(root)).map((entry) => join(root, entry))]
  const found: string[] = []
  for (const top of hierarchies.map((each) => join(each, cgroup))) {
    if (!existsSync(top)) continue
    const below = await readdir(top, { recursive: true, withFileTypes: true })
    const folders = below.filter((entry) => entry.isDirectory())
    found.push(top, ...folders.map((entry) => join(entry.parentPath, entry.name)).sort())
  }
  return found
}

async function processesInCgroups(cgroup: string): Promise<ProcessIdentity[]> {
  const found: ProcessIdentity[] = []
  for (const folder of await cgroupFolders(cgroup)) {
    const pids = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')
    for (const pid of pids.split('\n').filter((line) => line !== '')) {
      const identity = identityOf(Number(pid))
      if (identity !== undefined) found.push(identity)
    }
  }
  return found
}

async function removeCgroups(cgroup: string): Promise<void> {
  for (const folder of (await cgroupFolders(cgroup)).toReversed()) await rmdir(folder)
}

/** Unmounts everything at or below the folders, innermost first. Throws when something is still mounted afterwards. */
async function unmountBelow(folders: readonly string[]): Promise<void> {
  for (const point of await mountsBelow(folders)) await succeeds(['umount', '-l', point])
  const left = await mountsBelow(folders)
  if (left.length > 0) throw new Error(`still mounted: ${left.join(' ')}`)
}

/** Mount points at or below the folders, later mounts first: proc_pid_mountinfo(5), field 5 with octal escapes. */
async function mountsBelow(folders: readonly string[]): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trim().split('\n')
  return lines
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(parseInt(octal, 8)),
      ),
    )
    .filter((point) => folders.some((folder) => point === folder || point.startsWith(`${folder}/`)))
    .toReversed()
}
