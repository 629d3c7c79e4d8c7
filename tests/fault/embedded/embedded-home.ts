import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../../src/platform/clock.ts'
import type { RunRecord } from '../../../src/run/run-record.ts'
import { RunStore } from '../../../src/run/run-store.ts'
import { openStateReadonly } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { AgentHome, get, NO_ENGINE, until } from '../../e2e/support/agent-home.ts'
import { giveTo, type User } from '../../support/ordinary-user.ts'
import { HomeView } from '../support/home-view.ts'
import { Chain } from './chain.ts'

/** A service with relatives: one in a session of its own, one that nobody waits for, one deaf to signals. */
const FILES = {
  'agent.yaml': 'dependencies: [node]\nports: { web: 3000 }\n',
  'command.sh': `setsid sleep 1000 &
(sleep 1001 &)
(trap "" TERM INT HUP; exec sleep 1002) &
exec node server.cjs "$@"
`,
  'server.cjs': `
if (process.argv[2] === 'deaf') for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {})
require('node:http').createServer((_, response) => response.end(process.env.AGENTOPS_RUN_ID)).listen(3000)
`,
}

const START_LIMIT_MS = 15_000
/** How soon after the next command all has to be in order. */
const SETTLE_LIMIT_MS = 12_000

/** `user`: owner of everything, when the binary starts the program as another user. */
export type HomeOptions = { binary?: string; user?: User }

/** A user of a machine without an engine, whose runs have a service, and what can be seen of it from outside. */
export class EmbeddedHome implements AsyncDisposable {
  readonly home: AgentHome
  readonly view: HomeView
  readonly #project: string
  #proxyPort = ''
  #state: State | undefined

  constructor({ binary, user }: HomeOptions = {}) {
    this.home = new AgentHome({
      env: { DOCKER_HOST: NO_ENGINE, AGENTOPS_DAEMON_IDLE: '1' },
      ...(binary === undefined ? {} : { binary }),
    })
    this.view = new HomeView(this.home, NO_ENGINE)
    this.#project = this.home.project('served', FILES)
    if (user !== undefined) giveTo(user, this.home.dir)
  }

  /** Gives the command `agent run`. */
  spawnRun(
    name: string,
    { attached, deaf = false }: { attached: boolean; deaf?: boolean },
  ): Command {
    const how = [...(attached ? [] : ['-d']), '--runtime', 'embedded', '--name', name]
    const words = ['sh', 'command.sh', deaf ? 'deaf' : 'meek']
    return this.home.spawn(['run', ...how, this.#project, '--', ...words])
  }

  /** Starts `agent run`; resolves when the run is written down as running. */
  async start(
    name: string,
    options: { attached: boolean; deaf?: boolean },
  ): Promise<{ command: Command; run: RunRecord }> {
    const command = this.spawnRun(name, options)
    const endMs = performance.now() + START_LIMIT_MS
    for (;;) {
      const run = this.#liveRun(name)
      if (run?.state === 'running') return { command, run }
      if (performance.now() > endMs || (command.exitCode ?? 0) !== 0) {
        command.kill('SIGKILL')
        throw new Error(`${name} does not run: ${await new Response(command.stderr).text()}`)
      }
      await Bun.sleep(1)
    }
  }

  chainOf({ containerId = '' }: RunRecord): Chain {
    return new Chain(this.#containers, containerId)
  }

  /** Waits until a service answers by its name, as the run of that name. */
  async answers(name: string): Promise<void> {
    this.#proxyPort ||= new URL(await this.home.answer(['url', name])).port
    const url = `http://web.${name}.localhost:${this.#proxyPort}`
    const hears = async (): Promise<boolean> => {
      const answer = await get(url).catch(() => undefined)
      return answer?.status === 200 && answer.body === this.view.run(name)?.id
    }
    await until(`${name} answers by its name`, hears)
  }

  /** Waits until nothing is left of a run but what is kept of every one; returns how long it took, in milliseconds. */
  async untilCleaned(run: RunRecord): Promise<number> {
    const startedMs = performance.now()
    await noneLeft(`of ${run.name}`, () => this.#leftOf(run))
    return performance.now() - startedMs
  }

  /** Waits until every live run is detached and whole, and nothing is there that belongs to none of them. */
  untilInOrder(): Promise<void> {
    return noneLeft('after the next command', () => this.#disorder())
  }

  /** Waits until nothing is left of any run, and the background process has ended. */
  untilEmpty(): Promise<void> {
    return noneLeft('in the end', () => this.#leftovers())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state?.[Symbol.dispose]()
    await this.home[Symbol.asyncDispose]()
  }

  get #containers(): string {
    return join(this.view.paths.dir, 'embedded')
  }

  /** Through a connection that stays open: who starts a run is only for a moment there after it runs. */
  #liveRun(name: string): RunRecord | undefined {
    this.#state ??= openStateReadonly(this.view.paths.dir, { uid: 0 })
    if (this.#state === undefined) return undefined
    const live = new RunStore(this.#state, systemClock).list({ live: true })
    return live.find((run) => run.name === name)
  }

  #disorder(): string[] {
    const rows = this.view.runs().filter(({ cleanedAtMs }) => cleanedAtMs === undefined)
    const whole = rows.filter(({ state, attached }) => state === 'running' && !attached)
    const isOfWhole = (what: string): boolean =>
      whole.some(({ id, name, containerId = '' }) =>
        [`route ${name}`, `folder ${containerId}`, `socket ${id}.in`, `socket ${id}.out`].includes(
          what,
        ),
      )
    const things = [
      ...this.view.routes().map(({ agent }) => `route ${agent}`),
      ...namesIn(this.view.paths.socketDir)
        .filter((name) => name.startsWith('run_'))
        .map((name) => `socket ${name}`),
      ...this.#folders().map((name) => `folder ${name}`),
    ]
    return [
      ...rows.filter((row) => !whole.includes(row)).map(({ name, state }) => `${name} (${state})`),
      ...things.filter((what) => !isOfWhole(what)),
      ...whole
        .filter(({ name }) => !things.includes(`route ${name}`))
        .map(({ name }) => `no route of ${name}`),
    ]
  }

  #leftovers(): string[] {
    const { dir, socketDir } = this.view.paths
    return [
      ...this.view
        .runs()
        .filter(({ cleanedAtMs }) => cleanedAtMs === undefined)
        .map(({ name, state }) => `run ${name} (${state})`),
      ...this.view.routes().map(({ agent }) => `route of ${agent}`),
      ...namesIn(socketDir).map((name) => `socket ${name}`),
      ...this.#folders().map((name) => `folder ${name}`),
      ...processesNaming(dir).map((line) => `process ${line}`),
    ]
  }

  #folders(): string[] {
    return namesIn(this.#containers).filter((name) => name !== 'events.jsonl')
  }

  #leftOf({ id, name, containerId = '' }: RunRecord): string[] {
    const row = this.view.runs().find((run) => run.id === id)
    return [
      ...(row?.cleanedAtMs === undefined ? [`row (${row?.state})`] : []),
      ...this.view
        .routes()
        .filter(({ agent }) => agent === name)
        .map(({ service }) => `route ${service}`),
      ...namesIn(this.view.paths.socketDir)
        .filter((file) => file.startsWith(id))
        .map((file) => `socket ${file}`),
      ...this.#folders()
        .filter((folder) => folder.includes(containerId) || folder.startsWith('.'))
        .map((folder) => `folder ${folder}`),
    ]
  }
}

async function noneLeft(whose: string, look: () => string[]): Promise<void> {
  let left: string[] = []
  const isNone = (): boolean => {
    left = look()
    return left.length === 0
  }
  await until('nothing is left', isNone, SETTLE_LIMIT_MS).catch((cause: unknown) => {
    throw new Error(`left ${whose}: ${left.join(', ')}`, { cause })
  })
}

type Command = ReturnType<AgentHome['spawn']>

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir).sort() : []
}

/** Live processes that have a path in this folder among their words, as `pid words`. */
function processesNaming(dir: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        const isOurs = words.some((word) => word.startsWith(dir))
        const isDaemon = environment.includes(`AGENTOPS_HOME=${dir}`)
        return isOurs || isDaemon ? [`${pid} ${words.join(' ')}`] : []
      } catch {
        // It ended meanwhile.
        return []
      }
    })
}
