import { statePaths } from '../../../src/platform/state-paths.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import { AuditLog } from '../../../src/run/audit-log.ts'
import type { RunPlan } from '../../../src/run/plan.ts'
import type { RunContext } from '../../../src/run/run-context.ts'
import { newRunId } from '../../../src/run/run-id.ts'
import type { RunRecord } from '../../../src/run/run-record.ts'
import { RunStore } from '../../../src/run/run-store.ts'
import type { Supervision } from '../../../src/run/start-options.ts'
import { type StartedRun, startRun } from '../../../src/run/start-run.ts'
import { Supervisor } from '../../../src/run/supervisor.ts'
import type { ContainerRuntime } from '../../../src/runtime/container-runtime.ts'
import type { ContainerSpec } from '../../../src/runtime/container-spec.ts'
import { openState } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { FakeProcessTable } from '../../fakes/fake-process-table.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { type OnStep, steppedRuntime } from './stepped-runtime.ts'
import { IDLE_PLAN } from './idle-plan.ts'
import { routesOfRun } from './routes-of-run.ts'

/** All of the life cycle with real state, in one process: what a command and the background process do with runs. */
export class LifeCycle implements AsyncDisposable {
  readonly engine = new InMemoryRuntime()
  readonly runtime: ContainerRuntime
  readonly processes = new FakeProcessTable()
  readonly notices: string[] = []
  readonly log: string[] = []
  /** What the runtime was asked to make. */
  readonly specs: ContainerSpec[] = []
  readonly context: RunContext
  readonly supervisor: Supervisor
  /** Resolving one is the death of the command that holds the run. */
  readonly holders = new Map<string, PromiseWithResolvers<void>>()
  /** Called at every step of the runtime. */
  onStep: OnStep = () => undefined
  readonly #folder = temporaryFolder()
  readonly #states: State[] = []

  constructor() {
    const stepped = steppedRuntime(this.engine, (step) => this.onStep(step))
    this.runtime = {
      ...stepped,
      create: (spec, signal) => {
        this.specs.push(spec)
        return stepped.create(spec, signal)
      },
    }
    this.context = this.anotherProcess()
    this.supervisor = new Supervisor(this.context, (line) => this.log.push(line))
  }

  /** The same state seen by another process. */
  anotherProcess(): RunContext {
    const state = openState(this.#folder.path, { uid: -1 })
    this.#states.push(state)
    const clock = { now: () => Date.now() }
    const paths = statePaths({ env: { AGENTOPS_HOME: this.#folder.path }, homeDir: '/', uid: -1 })
    return {
      runs: new RunStore(state, clock),
      routes: new RouteStore(state),
      audit: new AuditLog(state, clock, (runId) => paths.runAudit(runId)),
      connect: async () => this.runtime,
      homeId: state.homeId,
      paths,
      clock,
      processes: this.processes,
      version: '1.2.3',
    }
  }

  /** The supervisor of a daemon that takes over. */
  anotherSupervisor(): Supervisor {
    return new Supervisor(this.anotherProcess(), (line) => this.log.push(line))
  }

  plan(changes: Partial<RunPlan> = {}): RunPlan {
    return { ...IDLE_PLAN, workspace: this.#folder.path, ...changes }
  }

  start(
    changes: Partial<RunPlan> = {},
    options: { runId?: string; signal?: AbortSignal } = {},
  ): Promise<StartedRun> {
    const { runId = newRunId(), signal = new AbortController().signal } = options
    return startRun(
      {
        plan: this.plan(changes),
        runId,
        env: {},
        runtime: this.runtime,
        findBuilders: async () => [],
        supervision: this.supervision(),
        progress: {
          notice: (line) => void this.notices.push(line),
          status: () => undefined,
          building: () => () => undefined,
          timed: (_step, work) => work(),
        },
        hostEnv: {},
        signal,
      },
      this.context,
    )
  }

  /** As the background process gives it over its socket. */
  supervision(): Supervision {
    return {
      watch: async ({ kind, endpoint }) => {
        await this.onStep('before watch')
        await this.supervisor.watch(kind, endpoint)
        await this.onStep('after watch')
      },
      proxyPort: async () => {
        await this.onStep('before proxy')
        await this.onStep('after proxy')
        return 8080
      },
      insideAddress: async () => undefined,
      egressPlace: async () => ({ address: '127.0.0.1', port: 3128 }),
      takeOver: async (runId, { attached }) => {
        await this.onStep('before takeOver')
        if (!attached) await this.supervisor.supervise(runId)
        else {
          const holder = Promise.withResolvers<void>()
          this.holders.set(runId, holder)
          await this.supervisor.hold(runId, holder.promise)
        }
        await this.onStep('after takeOver')
      },
    }
  }

  run(id: string): RunRecord | undefined {
    return this.context.runs.find(id)
  }

  /** What the run left: containers, routes, and resources that are not written down as removed. */
  async leftovers(runId: string): Promise<string[]> {
    const containers = await this.engine.list({ 'agentops.run-id': runId })
    const routes = routesOfRun(this.context.routes, runId)
    const kept = this.context.runs.resources(runId).filter((one) => one.removedAtMs === undefined)
    const uncleaned = this.run(runId)?.cleanedAtMs === undefined ? ['not cleaned'] : []
    return [
      ...containers.map(({ name, phase }) => `container ${name} ${phase}`),
      ...routes.map(({ service }) => `route ${service}`),
      ...kept.map(({ kind, name }) => `resource ${kind} ${name}`),
      ...uncleaned,
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.onStep = () => undefined
    await this.supervisor[Symbol.asyncDispose]()
    for (const container of await this.engine.list({})) await this.engine.remove(container.id)
    for (const state of this.#states) state.close()
    this.#folder[Symbol.dispose]()
  }
}

/** Asks again and again, with a limit that only a broken program reaches. */
export async function eventually<T>(look: () => T | undefined | false): Promise<T> {
  const limitMs = performance.now() + 8000
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > limitMs) throw new Error(`still not so after 8 s: ${look.toString()}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
  }
}
