import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Finished, finished } from '../../support/finished.ts'
import { giveTo, ORDINARY_UID } from '../../support/ordinary-user.ts'
import { NO_ENGINE } from '../support/agent-home.ts'

/** Somebody with an empty home and nothing of ours: another account where this process is root's, else this one. */
export class BareHome implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'agent-bare-'))
  readonly home = join(this.dir, 'home')
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

  /** Runs a command there, with `~/.local/bin` on the PATH or not. */
  async run(command: readonly string[], { onPath = true } = {}): Promise<Finished> {
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
    })
    return finished(child)
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}
