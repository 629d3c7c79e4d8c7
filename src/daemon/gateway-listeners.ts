import { errorCode, messageOf } from '../lib/errors.ts'
import type { RunContext } from '../run/run-context.ts'
import { networkOf } from '../run/network-name.ts'
import { SHARED_NETWORK } from '../run/shared-network.ts'
import type { RuntimeKind } from '../runtime/container-state.ts'
import type { ProxyHost } from './proxy-host.ts'

/** How long the engine may take to say whose address a client has. */
const IDENTIFY_LIMIT_MS = 2000

export type GatewayOptions = {
  context: RunContext
  proxy: ProxyHost
  log: (line: string) => void
}

/**
 * On engines whose containers see this machine at the gateway of their network, has the proxy answer there too.
 * Who asks is known by the address it comes from: the engine says, for each connection anew, which container has
 * it, and containers can neither take another's address nor forge packets (no NET_RAW).
 */
export class GatewayListeners {
  readonly #options: GatewayOptions

  constructor(options: GatewayOptions) {
    this.#options = options
  }

  /** For the runs that live already, when this daemon takes the place of another. Never rejects. */
  async start(): Promise<void> {
    const { context } = this.#options
    const live = context.runs.list({ live: true })
    const endpoints = new Map(live.map((run) => [`${run.runtime} ${run.endpoint}`, run]))
    await Promise.all([...endpoints.values()].map((run) => this.ensure(run.runtime, run.endpoint)))
  }

  /**
   * The address where programs inside the runs of this engine, on this network, reach the proxy. Undefined where there is none: the
   * engine is in a virtual machine or has a network of its own (rootless), or the port needs privileges.
   */
  async ensure(
    kind: RuntimeKind,
    endpoint: string,
    network = SHARED_NETWORK,
  ): Promise<string | undefined> {
    const { context, proxy, log } = this.#options
    if (!proxy.listening) return undefined
    try {
      const { networks } = await context.connect(kind, endpoint)
      const found = await networks?.addresses(network)
      const gateway = found?.gateway
      if (gateway === undefined) return undefined
      proxy.answerContainers(gateway, (address) =>
        this.#runAt({ kind, endpoint, network }, address),
      )
      return gateway
    } catch (error) {
      // No address of this machine. Its list of interfaces would not tell: a bridge is missing there until the
      // first container is on it.
      if (errorCode(error) !== 'EADDRNOTAVAIL')
        log(`runs on ${endpoint} do not reach their own names: ${messageOf(error)}`)
      return undefined
    }
  }

  /** From a network that is no more. */
  forget(gateway: string): void {
    this.#options.proxy.forgetContainers(gateway)
  }

  /** Runs with a network of their own that is not closed come to the shared one's gateway, from an address of theirs. */
  async #runAt(
    { kind, endpoint, network }: { kind: RuntimeKind; endpoint: string; network: string },
    address: string,
  ): Promise<string | undefined> {
    const { context } = this.#options
    const { networks } = await context.connect(kind, endpoint)
    const limit = AbortSignal.timeout(IDENTIFY_LIMIT_MS)
    const live = context.runs
      .list({ live: true })
      .filter((run) => run.runtime === kind && run.endpoint === endpoint)
    const others = network === SHARED_NETWORK ? live.map(networkOf) : []
    for (const name of new Set([network, ...others])) {
      const found = await networks?.addresses(name, limit)
      const container = found?.containers.get(address)
      const run = live.find(({ containerId }) => containerId === container)
      if (container !== undefined && run !== undefined) return run.id
    }
    return undefined
  }
}
