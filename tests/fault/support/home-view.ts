import { readdirSync } from 'node:fs'
import * as z from 'zod'
import { engineRequest } from '../../../scripts/test-run/engine-request.ts'
import { type DaemonRow, readDaemonRow } from '../../../src/daemon/daemon-row.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemProcessTable } from '../../../src/platform/process-identity.ts'
import { type StatePaths, statePaths } from '../../../src/platform/state-paths.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import type { Route } from '../../../src/routes/route.ts'
import type { RunRecord } from '../../../src/run/run-record.ts'
import type { AuditVerdict } from '../../../src/run/audit-chain.ts'
import { AuditLog } from '../../../src/run/audit-log.ts'
import { RunStore } from '../../../src/run/run-store.ts'
import { openStateReadonly } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import type { AgentHome } from '../../e2e/support/agent-home.ts'
import { processesWithVariable } from '../../engine/engine-processes.ts'
import { testEngine } from '../../engine/test-engine.ts'

/** What is there of a home, by kind; the shared network is nobody's. */
export type Inventory = {
  containers: string[]
  networks: string[]
  volumes: string[]
  sockets: string[]
  processes: string[]
  routes: string[]
  live: string[]
  uncleaned: string[]
}

export const inventoryKinds = [
  'containers',
  'networks',
  'volumes',
  'sockets',
  'processes',
  'routes',
  'live',
  'uncleaned',
] as const satisfies readonly (keyof Inventory)[]

const containerList = z.array(
  z.object({ Id: z.string(), Names: z.array(z.string()), State: z.string() }),
)
const networkList = z.array(z.object({ Name: z.string() }))
const volumeList = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() })

/** Looks at a home from outside: its database, its folders, its processes, and the engine by its label. */
export class HomeView {
  readonly #home: AgentHome
  readonly #paths: StatePaths
  readonly #engine: string

  constructor(home: AgentHome, engine = testEngine().dockerHost) {
    this.#home = home
    this.#engine = engine
    this.#paths = statePaths({ env: home.env, homeDir: home.env['HOME'] ?? '', uid: 0 })
  }

  get paths(): StatePaths {
    return this.#paths
  }

  /** Newest first. */
  runs(): RunRecord[] {
    return this.#read((state) => new RunStore(state, systemClock).list({ live: false })) ?? []
  }

  run(name: string): RunRecord | undefined {
    return this.runs().find((run) => run.name === name)
  }

  /** Of every run. */
  audits(): { id: string; text: string; verdict: AuditVerdict }[] {
    return (
      this.#read((state) => {
        const audit = new AuditLog(state, systemClock, (runId) => this.#paths.runAudit(runId))
        return new RunStore(state, systemClock).list({ live: false }).flatMap(({ id }) => {
          const read = audit.read(id)
          return read === undefined ? [] : [{ id, ...read }]
        })
      }) ?? []
    )
  }

  routes(): Route[] {
    return this.#read((state) => new RouteStore(state).list()) ?? []
  }

  daemonRow(): DaemonRow | undefined {
    return this.#read(readDaemonRow)
  }

  /** Pid of the background process while it lives. */
  daemonPid(): number | undefined {
    const row = this.daemonRow()
    return row !== undefined && systemProcessTable().isAlive(row.process)
      ? row.process.pid
      : undefined
  }

  /** Containers as `name (state)`. */
  async containers(): Promise<string[]> {
    const found = containerList.parse(await this.#ask('/containers/json', { all: '1' }))
    return found.map(({ Names, State }) => `${Names.join(' ')} (${State})`).sort()
  }

  async inventory(): Promise<Inventory> {
    const networks = networkList.parse(await this.#ask('/networks'))
    const volumes = volumeList.parse(await this.#ask('/volumes')).Volumes ?? []
    const rows = this.runs()
    return {
      containers: await this.containers(),
      networks: networks.map(({ Name }) => Name).filter((name) => name !== 'agentops'),
      volumes: volumes.map(({ Name }) => Name),
      sockets: filesIn(this.#paths.socketDir),
      processes: await this.processes(),
      routes: this.routes().map(({ agent, service }) => `${service}.${agent}`),
      live: rows.filter(({ endedAtMs }) => endedAtMs === undefined).map(describeRow),
      uncleaned: rows
        .filter((row) => row.endedAtMs !== undefined && row.cleanedAtMs === undefined)
        .map(describeRow),
    }
  }

  /** Commands and background processes of this home, as pids. */
  async processes(): Promise<string[]> {
    const found = await processesWithVariable('HOME', this.#home.env['HOME'])
    return found.map(({ pid }) => String(pid))
  }

  async #ask(path: string, query: Record<string, string> = {}): Promise<unknown> {
    const homeId = this.#read((state) => state.homeId) ?? 'none'
    const filters = JSON.stringify({ label: [`agentops.home=${homeId}`] })
    const parameters = new URLSearchParams({ ...query, filters }).toString()
    return engineRequest(this.#engine, `${path}?${parameters}`)
  }

  #read<T>(look: (state: State) => T): T | undefined {
    const state = openStateReadonly(this.#paths.dir, { uid: 0 })
    if (state === undefined) return undefined
    using open = state
    return look(open)
  }
}

/** `web (running)` */
function describeRow({ name, id, state }: RunRecord): string {
  return `${name} ${id} (${state})`
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir).sort()
  } catch {
    return []
  }
}
