import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RouteStore } from '../../../src/routes/route-store.ts'
import { openState } from '../../../src/state/open-state.ts'
import { finished } from '../../support/finished.ts'
import { insertRun } from '../../support/run-row.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A user with a live run, an ended one, a service, a static route and some files; `agent` is in the PATH, an engine is not. */
export class CompletionHome implements Disposable {
  readonly #folder = temporaryFolder()
  readonly dir = this.#folder.path
  readonly stateDir = join(this.dir, '.agentops')
  readonly env: Record<string, string>

  constructor() {
    const binary = process.env['AGENT_TEST_BINARY']
    if (binary === undefined) throw new Error('AGENT_TEST_BINARY is not set')
    const bin = join(this.dir, 'bin')
    mkdirSync(bin)
    symlinkSync(binary, join(bin, 'agent'))
    mkdirSync(join(this.dir, 'my app'))
    writeFileSync(join(this.dir, 'values.env'), '')
    this.env = {
      HOME: this.dir,
      PATH: `${bin}:/usr/bin:/bin`,
      TERM: 'dumb',
      LC_ALL: 'C.UTF-8',
      DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    }
    this.#fill()
  }

  /** Runs a program in this home to its end. */
  async run(command: readonly string[]) {
    const child = Bun.spawn([...command], {
      cwd: this.dir,
      env: this.env,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      timeout: 20_000,
    })
    return finished(child)
  }

  /** Its values for the words behind `agent`; what begins with a colon is left as it is. */
  async values(...words: string[]): Promise<string[]> {
    const { stdout, stderr, code } = await this.run(['agent', '__complete', ...words])
    if (code !== 0 || stderr !== '') throw new Error(`exit ${code}: ${stderr}`)
    const lines = stdout.split('\n').filter((line) => line !== '')
    return lines.map((line) => line.split('\t')[0] ?? '')
  }

  #fill(): void {
    using state = openState(this.stateDir, { uid: process.getuid?.() ?? -1 })
    insertRun(state, 'run_000000000001', 'demo')
    insertRun(state, 'run_000000000002', 'over', 'stopped')
    insertRun(state, 'run_000000000003', 'demo', 'failed')
    const routes = new RouteStore(state)
    const upstream = { kind: 'address', host: '127.0.0.1', port: 5173 } as const
    routes.publish('run_000000000001', [
      {
        agent: 'demo',
        service: 'web',
        upstream,
        owner: { kind: 'run', runId: 'run_000000000001' },
        position: 0,
      },
    ])
    routes.addStatic({ service: 'vite', agent: 'mine' }, upstream)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}
