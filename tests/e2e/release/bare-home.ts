import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Finished, finished } from '../../support/finished.ts'
import { giveTo, ORDINARY_UID } from '../../support/ordinary-user.ts'
import { NO_ENGINE } from '../support/agent-home.ts'

/** A command that has not ended, at the head of a process group of its own. */
type Started = { pid: number; finished: Promise<Finished> }

/** Somebody with an empty home and nothing of ours: another account where this process is root's, else this one. */
export class BareHome implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'agent-bare-'))
  readonly home = join(this.dir, 'a home')
  readonly #become: readonly string[]
  readonly #isOther = process.getuid?.() === 0

  constructor() {
    mkdirSync(this.home)
    chmodSync(this.dir, 0o755)
    if (this.#isOther) chownSync(this.home, ORDINARY_UID, ORDINARY_UID)
    const user = `--reuid=${ORDINARY_UID}`
    this.#become = this.#isOther
      ? ['setpriv', user, `--regid=${ORDINARY_UID}`, '--clear-groups']
      : []
  }

  /** Everything in the home, as paths in it, sorted. */
  files(): string[] {
    return readdirSync(this.home, { recursive: true, encoding: 'utf8' }).toSorted()
  }

  /** A copy of a folder beside the home, the user's own. */
  copy(folder: string): string {
    const path = join(this.dir, basename(folder))
    cpSync(folder, path, { recursive: true })
    if (this.#isOther) giveTo({ uid: ORDINARY_UID, gid: ORDINARY_UID }, path)
    return path
  }

  /** A folder for the PATH with all programs of this machine but some. */
  programsWithout(missing: readonly string[]): string {
    const folder = join(this.dir, 'programs')
    mkdirSync(folder)
    const names = new Set(readdirSync('/usr/bin').filter((name) => !missing.includes(name)))
    for (const name of names) symlinkSync(join('/usr/bin', name), join(folder, name))
    return folder
  }

  /** Runs a command there, with `~/.local/bin` on the PATH or not. */
  async run(command: readonly string[], how: { onPath?: boolean } = {}): Promise<Finished> {
    return this.start(command, how).finished
  }

  /** Installs into the home after a command that mounts something, and says how many files are left in the home. */
  async installMounted(mount: string, script: string): Promise<Finished> {
    const install = `cd / && sh '${script}' --prefix "$HOME/.local"; code=$?`
    const left = 'echo "left: $(find "$HOME" -mindepth 1 | wc -l)"; exit $code'
    const words = ['unshare', '--map-root-user', '--mount', 'sh', '-c']
    return this.run([...words, `${mount} && ${install}; ${left}`])
  }

  start(command: readonly string[], { onPath = true }: { onPath?: boolean } = {}): Started {
    const usual = '/usr/local/bin:/usr/bin:/bin'
    const child = Bun.spawn([...this.#become, ...command], {
      cwd: this.home,
      env: {
        HOME: this.home,
        PATH: onPath ? `${join(this.home, '.local/bin')}:${usual}` : usual,
        DOCKER_HOST: NO_ENGINE,
        AGENTOPS_PROXY_PORT: '0',
        AGENT_TEST_ID: process.env['AGENT_TEST_ID'] ?? 'by-hand',
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      detached: true,
    })
    return { pid: child.pid, finished: finished(child) }
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}
