import { lstatSync, readdirSync } from 'node:fs'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SudoUser } from '../../engine/sudo-user.ts'
import { testEngine } from '../../engine/test-engine.ts'
import { type Finished, finished } from '../../support/finished.ts'

/** The compiled binary in the hands of an ordinary user, whose home is empty at first. */
export class SudoHome implements AsyncDisposable {
  readonly #user: SudoUser
  readonly #env: Readonly<Record<string, string>>

  private constructor(user: SudoUser) {
    this.#user = user
    this.#env = {
      HOME: user.home,
      USER: 'agent-test',
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      DOCKER_HOST: testEngine().dockerHost,
      AGENTOPS_DAEMON_IDLE: '2',
      AGENTOPS_NO_SANDBOX: '1',
      AGENT_TEST_ID: process.env['AGENT_TEST_ID'] ?? 'by-hand',
    }
  }

  static async open(user: SudoUser): Promise<SudoHome> {
    await user.startAnew()
    return new SudoHome(user)
  }

  get dir(): string {
    return this.#user.home
  }

  get binary(): string {
    return this.#user.binary
  }

  get stateDir(): string {
    return join(this.dir, '.agentops')
  }

  /** A project of the user's with these files. */
  async project(name: string, files: Record<string, string>): Promise<string> {
    const { uid, gid } = this.#user
    const folder = join(this.dir, name)
    await mkdir(folder, { recursive: true })
    await chown(folder, uid, gid)
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(folder, file), text)
      await chown(join(folder, file), uid, gid)
    }
    return folder
  }

  /** Runs `agent` as the user. */
  agent(parameters: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
    return this.run([this.#user.binary, ...parameters], env)
  }

  /** Runs `sudo agent` as the user; `settings` are what `sudo NAME=value agent` sets. */
  sudoAgent(
    parameters: readonly string[],
    settings: Record<string, string> = {},
  ): Promise<Finished> {
    // sudo clears the environment; what the tests mark their processes with is put back.
    const kept = { AGENT_TEST_ID: this.#env['AGENT_TEST_ID'] ?? '', ...settings }
    const assignments = Object.entries(kept).map(([name, value]) => `${name}=${value}`)
    return this.run(['sudo', '-n', ...assignments, this.#user.binary, ...parameters])
  }

  /** Runs a command that must succeed, and returns its answer. */
  async answer(parameters: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.agent(parameters)
    if (code !== 0) throw new Error(`agent ${parameters.join(' ')}: exit ${code}\n${stderr}`)
    return stdout.trim()
  }

  async run(words: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
    const child = Bun.spawn(this.#user.command(words), {
      cwd: this.dir,
      env: { ...this.#env, ...env },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    return finished(child)
  }

  /** Everything in the home folder that belongs to somebody else, links themselves included. */
  foreignFiles(): string[] {
    return ['', ...readdirSync(this.dir, { recursive: true, encoding: 'utf8' })]
      .map((path) => join(this.dir, path))
      .filter((path) => {
        const { uid, gid } = lstatSync(path)
        return uid !== this.#user.uid || gid !== this.#user.gid
      })
      .sort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent(['proxy', 'stop'])
    await this.agent(['destroy', '--all', '--time', '0'])
    await this.#user.startAnew()
  }
}
