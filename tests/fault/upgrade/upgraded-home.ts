import { copyFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { AgentHome, NO_ENGINE } from '../../e2e/support/agent-home.ts'

const runList = z.object({
  runs: z.array(z.object({ id: z.string(), name: z.string(), state: z.string() })),
})

/** A user whose `agent` lies at one path and is replaced there. */
export class UpgradedHome extends AgentHome {
  readonly runtime: 'docker' | 'embedded'

  constructor(dir: string, runtime: 'docker' | 'embedded') {
    const engine = runtime === 'embedded' ? { DOCKER_HOST: NO_ENGINE } : {}
    super({ binary: join(dir, 'agent'), env: { ...engine, AGENTOPS_DAEMON_IDLE: '1' } })
    this.runtime = runtime
  }

  /** Puts a build in the place of the one before, in one step, as install.sh does. */
  install(build: string): void {
    copyFileSync(build, `${this.binary}.next`)
    renameSync(`${this.binary}.next`, this.binary)
  }

  /** The live runs by name, as `name id state`. */
  async live(): Promise<string[]> {
    const { runs } = runList.parse(await this.json(['list']))
    return runs.map(({ name, id, state }) => `${name} ${id} ${state}`).sort()
  }

  /** What a run is started with, but for its mode. */
  startOf(name: string, project: string): string[] {
    return ['--runtime', this.runtime, '--name', name, project]
  }
}
