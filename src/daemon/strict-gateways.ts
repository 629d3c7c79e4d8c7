import { BlockList, isIP } from 'node:net'
import { errorCode, messageOf, UserError } from '../lib/errors.ts'
import type { RunContext } from '../run/run-context.ts'
import type { RunRecord } from '../run/run-record.ts'
import { isOnClosedNetwork, ownNetworkName } from '../run/network-name.ts'
import type { EgressPlace } from '../run/strict-network.ts'
import type { EgressListener } from '../egress/serve-egress.ts'
import type { GatewayListeners } from './gateway-listeners.ts'

/** How often open listeners are compared with the runs. */
const TICK_MS = 1000
/** Where the egress proxy of a run listens; the next ones where a program of this machine has the port on all addresses. */
const FIRST_PORT = 3128
const PORTS = 10
/** How long the engine may take to say what a network is. */
const ASK_LIMIT_MS = 5000

export type StrictGatewaysOptions = {
  context: RunContext
  gateways: GatewayListeners
  /** Serves what leaves a run, at this address, until it is disposed of. */
  openEgress: (run: RunRecord, listener: EgressListener) => Promise<AsyncDisposable>
  log: (line: string) => void
}

type Open = EgressPlace & { server: AsyncDisposable }

/**
 * The one way out of runs on an engine whose network is closed (network.policy: strict): for each live one the egress
 * proxy, on the gateway of the run's own network. Made before the container is, and again by whichever daemon comes next.
 */
export class StrictGateways implements AsyncDisposable {
  readonly #options: StrictGatewaysOptions
  readonly #open = new Map<string, Open>()
  /** What could not be opened, so that it is said once. */
  readonly #failed = new Map<string, string>()
  #ticker: ReturnType<typeof setInterval> | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: StrictGatewaysOptions) {
    this.#options = options
  }

  /** Opens those of the runs that live already; looks from time to time for those that ended. */
  async start(): Promise<void> {
    await this.#inTurn(() => this.#compare())
    this.#ticker = setInterval(() => void this.#inTurn(() => this.#compare()), TICK_MS)
  }

  /** The way out of this run. Throws a `UserError` where its gateway is no address of this machine. */
  async ensure(runId: string): Promise<EgressPlace> {
    return this.#inTurn(async () => {
      const run = this.#options.context.runs.find(runId)
      if (run === undefined) throw new UserError(`there is no run ${runId}`, { fix: 'agent list' })
      const { address, port } = await this.#openFor(run)
      return { address, port }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticker)
    await this.#inTurn(async () => {
      for (const runId of this.#open.keys()) await this.#close(runId)
    })
  }

  async #compare(): Promise<void> {
    const { context, gateways, log } = this.#options
    const live = context.runs.list({ live: true }).filter(isOnClosedNetwork)
    const ids = new Set(live.map(({ id }) => id))
    for (const runId of this.#open.keys()) if (!ids.has(runId)) await this.#close(runId)
    for (const run of live) {
      // One that is being made asks for it.
      if (this.#open.has(run.id) || run.state === 'created') continue
      try {
        await this.#openFor(run)
        await gateways.ensure(run.runtime, run.endpoint, ownNetworkName(run.id))
        this.#failed.delete(run.id)
      } catch (error) {
        const failure = messageOf(error)
        if (this.#failed.get(run.id) !== failure) log(`no way out of ${run.id}: ${failure}`)
        this.#failed.set(run.id, failure)
      }
    }
  }

  async #openFor(run: RunRecord): Promise<Open> {
    const known = this.#open.get(run.id)
    if (known !== undefined) return known
    const { context, openEgress } = this.#options
    const { networks } = await context.connect(run.runtime, run.endpoint)
    const limit = AbortSignal.timeout(ASK_LIMIT_MS)
    const found = await networks?.addresses(ownNetworkName(run.id), limit)
    if (found?.gateway === undefined || found.subnet === undefined)
      throw new UserError(`the network of ${run.id} is gone`, { fix: `agent stop ${run.id}` })
    const { gateway: address } = found
    const admits = neighboursOf(address, found.subnet)
    for (let port = FIRST_PORT; ; port++)
      try {
        const server = await openEgress(run, { address, port, admits })
        const open = { address, port, server }
        this.#open.set(run.id, open)
        return open
      } catch (error) {
        if (errorCode(error) !== 'EADDRINUSE' || port === FIRST_PORT + PORTS - 1)
          throw notHere(address, error)
      }
  }

  async #close(runId: string): Promise<void> {
    const open = this.#open.get(runId)
    this.#open.delete(runId)
    if (open === undefined) return
    this.#options.gateways.forget(open.address)
    await open.server[Symbol.asyncDispose]()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}

/** Whoever is on that network, which the run has for itself; not this machine, nor runs on other networks. */
function neighboursOf(gateway: string, subnet: string): (address: string) => boolean {
  const [network = '', prefix = ''] = subnet.split('/')
  const own = new BlockList()
  own.addSubnet(network, Number(prefix), 'ipv4')
  return (address) => {
    const plain = address.replace(/^::ffff:/, '')
    return plain !== gateway && isIP(plain) === 4 && own.check(plain, 'ipv4')
  }
}

function notHere(address: string, cause: unknown): UserError {
  return new UserError(
    `network.policy: strict needs the egress proxy at ${address}, where it cannot listen`,
    {
      fix: [
        'use an engine whose bridges are on this machine (not Docker Desktop, not rootless)',
        'agent run --runtime embedded',
      ],
      cause,
    },
  )
}
