import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { testEngine } from '../../engine/test-engine.ts'
import { freePort } from '../../support/free-port.ts'
import { AgentHome, NO_ENGINE, until } from '../support/agent-home.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')
/** Ports that pages name; on the machine of a test others stand for them. */
const DOCUMENTED_PORTS = [8080, 9000, 9090, 4000, 5050] as const
/** How long a command of a page may take. */
const LIMIT_MS = 120_000

export type Printed = { code: number; text: string }

/**
 * Where a reader sits: an empty HOME with `agent` in the PATH, and in it the folder `work` with `examples` of this project
 * and the folders that pages speak of.
 */
export class Desk implements AsyncDisposable {
  readonly home: AgentHome
  /** What pages call /home/me, as they do HOME. */
  readonly workDir: string
  /** Where commands are typed. */
  cwd: string
  readonly #ports: ReadonlyMap<number, number>

  private constructor(home: AgentHome, ports: ReadonlyMap<number, number>) {
    this.home = home
    this.#ports = ports
    this.workDir = join(home.dir, 'home', 'work')
    this.cwd = this.workDir
  }

  static async open(): Promise<Desk> {
    const ports = new Map<number, number>()
    for (const port of DOCUMENTED_PORTS) ports.set(port, await freePort())
    const home = new AgentHome({
      env: { AGENTOPS_NO_SANDBOX: '', AGENTOPS_PROXY_PORT: String(ports.get(8080)) },
    })
    const bin = join(home.dir, 'home', '.local', 'bin')
    mkdirSync(bin, { recursive: true })
    symlinkSync(home.binary, join(bin, 'agent'))
    const cli = process.env['AGENT_TEST_DOCKER_HOST'] === undefined ? '' : testEngine().dockerCli
    home.env['PATH'] = [bin, ...(cli === '' ? [] : [dirname(cli)]), home.env['PATH']].join(':')
    const desk = new Desk(home, ports)
    mkdirSync(desk.workDir)
    cpSync(join(import.meta.dirname, 'desk'), desk.workDir, { recursive: true })
    writeFileSync(join(home.dir, 'home', '.curlrc'), 'silent\nshow-error\n')
    cpSync(join(projectDir, 'examples'), join(desk.workDir, 'examples'), { recursive: true })
    return desk
  }

  /** A file below the working folder. */
  write(path: string, text: string): void {
    const file = join(this.workDir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** A program that a page takes for granted, as a shell script. */
  program(name: string, script: string): void {
    const file = join(this.home.dir, 'home', '.local', 'bin', name)
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }

  /** Types from now on in this folder of the working folder. */
  enter(folder: string): void {
    this.cwd = join(this.workDir, folder)
  }

  /** A command line that has to succeed, and is no part of a page. */
  async prepare(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const { code, text } = await this.type(command)
      if (code !== 0) throw new Error(`${command}: exit code ${code}\n${text}`)
    }
  }

  /** Ends and forgets all runs. */
  async clear(): Promise<void> {
    await this.prepare('agent destroy --all --time 0')
  }

  /** Waits until a run has said that this service of it listens. */
  async listens(agent: string, service: string): Promise<void> {
    const said = async (): Promise<string> => (await this.type(`agent logs ${agent}`)).text
    const isSaid = async (): Promise<boolean> => (await said()).includes(`${service} listens`)
    await until(`${service} of ${agent} listens`, isSaid, 30_000)
  }

  /**
   * Types a command line into a shell, and gives what it prints on both outputs, with the page's own names for what the
   * test's machine has others for.
   * @param until interrupts it, as Ctrl-C does, once this holds of what it has printed
   */
  async type(command: string, isEnough?: (text: string) => boolean): Promise<Printed> {
    const folder = /^cd (\S+)$/.exec(command)?.[1]
    if (folder !== undefined) {
      this.cwd = join(this.cwd, folder)
      return { code: existsSync(this.cwd) ? 0 : 1, text: '' }
    }
    const child = spawn('bash', ['-c', `exec 2>&1; ${this.#really(command)}`], {
      cwd: this.cwd,
      env: { ...this.home.env, PWD: this.cwd },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    const group = -(child.pid ?? 0)
    const limit = setTimeout(() => process.kill(group, 'SIGKILL'), LIMIT_MS)
    let text = ''
    let interrupted = false
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
      if (interrupted || isEnough?.(this.#asShown(text)) !== true) return
      interrupted = true
      process.kill(group, 'SIGINT')
    })
    const ended = Promise.withResolvers<number>()
    child.once('error', ended.reject)
    child.once('close', (code) => ended.resolve(code ?? 137))
    const code = await ended.promise.finally(() => clearTimeout(limit))
    return { code, text: this.#asShown(text) }
  }

  /** Images as well: another test may be about building the same one. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.type('agent destroy --all --time 0; agent clean -f')
    await this.home[Symbol.asyncDispose]()
  }

  #really(text: string): string {
    return [...this.#ports].reduce(
      (line, [shown, real]) => line.replaceAll(new RegExp(`\\b${shown}\\b`, 'g'), String(real)),
      text,
    )
  }

  #asShown(text: string): string {
    const engine = process.env['AGENT_TEST_DOCKER_HOST'] ?? NO_ENGINE
    const named = [...this.#ports].reduce(
      (line, [shown, real]) => line.replaceAll(String(real), String(shown)),
      text,
    )
    return named
      .replaceAll(this.workDir, '/home/me')
      .replaceAll(join(this.home.dir, 'home'), '/home/me')
      .replaceAll(engine, 'unix:///var/run/docker.sock')
  }
}
