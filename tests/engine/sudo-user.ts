import { existsSync, statSync } from 'node:fs'
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises'
import { getuid } from 'node:process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeCacheLock } from './cache-lock.ts'
import { cacheFolder, runRoot } from './engine-paths.ts'
import { run, succeeds } from './run-command.ts'

const name = 'agent-test'
/** Far from the ids that people and images use. */
const id = 58_231
const engineGroup = 'agent-test-engine'
const home = `/home/${name}`
const sudoers = `/etc/sudoers.d/${name}`
/** Says that sudo is here because of us, and goes with us. */
const installedMark = join(runRoot, '.sudo-by-tests')

type Environment = Readonly<Record<string, string | undefined>>

/** Why no user may be made here; undefined when one may. */
export function sudoUserRefusal(env: Environment): string | undefined {
  if ((env['AGENT_TEST_ENGINE'] ?? '') === '')
    return 'makes a user who may use sudo, which AGENT_TEST_ENGINE=provision allows'
  if (getuid?.() !== 0) return 'makes a user, which needs root'
  const needed = ['/usr/bin/apt-get', '/usr/sbin/useradd', '/usr/bin/setpriv']
  const missing = needed.filter((program) => !existsSync(program))
  return missing.length === 0 ? undefined : `makes a user, which needs ${missing.join(', ')}`
}

/**
 * An ordinary user of this machine with a home, who may become root with `sudo` and use the engine as a member of the group
 * of its socket. There is one at a time; disposing removes the user, what that user runs, and sudo if it was not there.
 */
export class SudoUser implements AsyncDisposable {
  readonly uid = id
  readonly gid = id
  readonly home = home
  /** A copy of the program where every user can start it. */
  readonly binary: string
  readonly #undo: AsyncDisposableStack

  private constructor(binary: string, undo: AsyncDisposableStack) {
    this.binary = binary
    this.#undo = undo
  }

  /** @param socket path of the engine's socket; undefined for an engine that needs no rights */
  static async create(options: {
    binary: string
    socket: string | undefined
    env: Environment
  }): Promise<SudoUser> {
    await using undo = new AsyncDisposableStack()
    undo.use(await takeCacheLock(cacheFolder(options.env), 'sudo-user'))
    await removeAll()
    undo.defer(removeAll)
    await installSudo()
    await run(['groupadd', '--gid', String(id), name])
    const account = ['--uid', String(id), '--gid', String(id), '--home-dir', home, '--create-home']
    await run(['useradd', '--no-log-init', ...account, '--shell', '/bin/sh', name])
    await writeFile(sudoers, `${name} ALL=(root) NOPASSWD:SETENV: ALL\n`, { mode: 0o440 })
    if (options.socket !== undefined) undo.defer(await giveEngine(options.socket))
    const folder = await mkdtemp(join(tmpdir(), 'agent-sudo-'))
    undo.defer(() => rm(folder, { recursive: true, force: true }))
    await chmod(folder, 0o755)
    const binary = join(folder, 'agent')
    await copyFile(options.binary, binary)
    return new SudoUser(binary, undo.move())
  }

  /** The words that run a command as this user, with all of the user's groups. */
  command(words: readonly string[]): string[] {
    return ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--init-groups', '--', ...words]
  }

  /** Ends what the user runs, and empties the home folder. */
  async startAnew(): Promise<void> {
    await endProcesses()
    await rm(home, { recursive: true, force: true })
    await mkdir(home, { mode: 0o755 })
    await chown(home, id, id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync()
  }
}

async function installSudo(): Promise<void> {
  if (existsSync('/usr/bin/sudo')) return
  await mkdir(runRoot, { recursive: true })
  await writeFile(installedMark, '')
  const options = {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    limitMs: 5 * 60_000,
  }
  const install = [
    'apt-get',
    '-qq',
    '-o',
    'DPkg::Lock::Timeout=120',
    '-y',
    '--no-install-recommends',
    'install',
    'sudo',
  ]
  if (await succeeds(install, options)) return
  await run(['apt-get', '-qq', 'update'], options)
  await run(install, options)
}

/** Makes the user a member of the group that may use the socket; one of root's only gets a group of ours meanwhile. */
async function giveEngine(socket: string): Promise<() => Promise<void>> {
  const { gid, uid } = statSync(socket)
  if (gid !== 0) {
    await run(['usermod', '--append', '--groups', String(gid), name])
    return async () => undefined
  }
  await run(['groupadd', '--gid', String(id + 1), engineGroup])
  await run(['usermod', '--append', '--groups', engineGroup, name])
  await chown(socket, uid, id + 1)
  return () => chown(socket, uid, gid)
}

/** Everything of the user, also of one that a killed run left. */
async function removeAll(): Promise<void> {
  await endProcesses()
  await rm(sudoers, { force: true })
  await succeeds(['userdel', '--remove', name])
  await succeeds(['groupdel', name])
  await succeeds(['groupdel', engineGroup])
  await rm(home, { recursive: true, force: true })
  if (!existsSync(installedMark)) return
  // The package refuses to go where root has no password, as if that were the only way in.
  const env = { SUDO_FORCE_REMOVE: 'yes', DEBIAN_FRONTEND: 'noninteractive' }
  await run(['apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=120', '-y', 'purge', 'sudo'], { env })
  await rm(installedMark)
}

/** Kills the user's processes; nobody else has this id. */
async function endProcesses(): Promise<void> {
  const endMs = performance.now() + 10_000
  for (;;) {
    const pids = await processesOf(id)
    if (pids.length === 0) return
    if (performance.now() > endMs) throw new Error(`${name}: withstand SIGKILL: ${pids.join(' ')}`)
    for (const pid of pids) await succeeds(['kill', '-KILL', String(pid)])
    await Bun.sleep(20)
  }
}

/** Real user id in /proc/<pid>/status (proc_pid_status(5)); a zombie is nobody any more. */
async function processesOf(uid: number): Promise<number[]> {
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '')
    if (/^State:\s*Z/m.test(status)) continue
    if (Number(/^Uid:\s*(\d+)/m.exec(status)?.[1]) === uid) found.push(Number(entry))
  }
  return found
}
