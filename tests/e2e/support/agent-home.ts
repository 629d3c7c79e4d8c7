import { mkdtempSync, realpathSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testEngine } from '../../engine/test-engine.ts'
import { type Finished, finished } from '../../support/finished.ts'

/** Where no engine answers. */
export const NO_ENGINE = 'unix:///nonexistent/docker.sock'

/**
 * A user of the compiled binary: an empty HOME of his own, a state folder of his own, and the engine of this test run.
 * Disposing ends what still lives there and removes the folders.
 */
export class AgentHome implements AsyncDisposable {
  readonly dir: string
  readonly env: Record<string, string>
  readonly binary: string

  constructor(options: { binary?: string; env?: Record<string, string> } = {}) {
    const chosen = options.binary ?? process.env['AGENT_TEST_BINARY']
    if (chosen === undefined) throw new Error('AGENT_TEST_BINARY is not set')
    this.binary = chosen
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'agent-e2e-')))
    mkdirSync(join(this.dir, 'home'))
    this.env = {
      HOME: join(this.dir, 'home'),
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      DOCKER_HOST: process.env['AGENT_TEST_DOCKER_HOST'] ?? NO_ENGINE,
      AGENTOPS_PROXY_PORT: '0',
      AGENTOPS_DAEMON_IDLE: '2',
      // What is not about the boundary does not need the slower one; tests that are ask for it: IN_GVISOR.
      AGENTOPS_NO_SANDBOX: '1',
      AGENT_TEST_ID: process.env['AGENT_TEST_ID'] ?? 'by-hand',
      ...options.env,
    }
  }

  get stateDir(): string {
    return this.env['AGENTOPS_HOME'] ?? join(this.dir, 'home', '.agentops')
  }

  /** A project folder with these files. */
  project(name: string, files: Record<string, string> = {}): string {
    const path = join(this.dir, name)
    mkdirSync(path, { recursive: true })
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
    return path
  }

  /** A project folder that the user has allowed all that its agent.yaml asks for. */
  async trustedProject(name: string, files: Record<string, string>): Promise<string> {
    const path = this.project(name, files)
    await this.answer(['trust', '--yes', path])
    return path
  }

  spawn(
    parameters: readonly string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
  ) {
    return Bun.spawn([this.binary, ...parameters], {
      cwd: options.cwd ?? this.dir,
      env: { ...this.env, ...options.env },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
  }

  /** Runs a command to its end. */
  async agent(
    parameters: readonly string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<Finished> {
    const child = this.spawn(parameters, options)
    return finished(child)
  }

  /** Runs a command that must succeed, and returns its answer. */
  async answer(parameters: readonly string[], options: { cwd?: string } = {}): Promise<string> {
    const { code, stdout, stderr } = await this.agent(parameters, options)
    if (code !== 0) throw new Error(`agent ${parameters.join(' ')}: exit ${code}\n${stderr}`)
    return stdout.trim()
  }

  /** The decoded answer with --json. */
  async json(parameters: readonly string[]): Promise<unknown> {
    const value: unknown = JSON.parse(await this.answer([...parameters, '--json']))
    return value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent(['proxy', 'stop'])
    await this.agent(['destroy', '--all', '--time', '0'])
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** What a user has who turned nothing off: runs in gVisor. */
export const IN_GVISOR = { AGENTOPS_NO_SANDBOX: '' } as const

/** A user of a machine on which no engine answers; `env`: more of his variables. */
export function homeWithoutEngine(env: Record<string, string> = {}): AgentHome {
  return new AgentHome({ env: { DOCKER_HOST: NO_ENGINE, ...env } })
}

/** Runs the docker client on the engine of this test run; returns its answer. */
export async function docker(
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { dockerCli, dockerHost } = testEngine()
  const child = Bun.spawn([dockerCli, ...parameters], {
    env: { ...process.env, ...env, DOCKER_HOST: dockerHost },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const { code, stdout, stderr } = await finished(child)
  if (code !== 0) throw new Error(`docker ${parameters.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** Asks a service by name through the proxy; glibc does not resolve *.localhost, so the Host header carries the name. */
export async function get(
  url: string,
  options: { path?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string; headers: Headers }> {
  const { hostname, port } = new URL(url)
  const response = await fetch(`http://127.0.0.1:${port || 80}${options.path ?? '/'}`, {
    headers: { host: port === '' ? hostname : `${hostname}:${port}`, ...options.headers },
    redirect: 'manual',
  })
  return { status: response.status, body: await response.text(), headers: response.headers }
}

/** Waits until a condition holds; fails with `what` after the limit. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 15_000,
): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${limitMs} ms: ${what}`)
    await Bun.sleep(20)
  }
}
