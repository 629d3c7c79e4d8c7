import type { RunContext } from '../run/run-context.ts'
import type { Supervisor } from '../run/supervisor.ts'
import type { ControlRequest, Hello, ProxyStatus } from './control-protocol.ts'
import type { ControlPeer } from './control-server.ts'
import type { DaemonRow } from './daemon-row.ts'
import type { GatewayListeners } from './gateway-listeners.ts'
import type { ProxyHost } from './proxy-host.ts'
import type { RunRelays } from './run-relays.ts'
import type { StrictGateways } from './strict-gateways.ts'

export type DaemonParts = {
  row: DaemonRow
  supervisor: Supervisor
  proxy: ProxyHost
  relays: RunRelays
  gateways: GatewayListeners
  strictGateways: StrictGateways
  context: RunContext
  routeCount: () => number
  isService: boolean
  end: () => void
}

/** Answers the control protocol with the daemon's parts. */
export class DaemonRequests {
  readonly #parts: DaemonParts

  constructor(parts: DaemonParts) {
    this.#parts = parts
  }

  async answer(request: ControlRequest, peer: ControlPeer): Promise<unknown> {
    const { supervisor, proxy, relays, gateways, strictGateways, end } = this.#parts
    switch (request.method) {
      case 'hello':
        return this.#hello()
      case 'watch':
        // A run is written down before this is asked for it, and started after the answer.
        await relays.refresh()
        return supervisor.watch(request.runtime, request.endpoint)
      case 'supervise':
        return supervisor.supervise(request.runId)
      case 'hold':
        return supervisor.hold(request.runId, peer.closed)
      case 'release':
        return supervisor.release(request.runId)
      case 'proxy.ensure':
        return { port: await proxy.ensure(request) }
      case 'proxy.inside':
        return {
          address: await gateways.ensure(request.runtime, request.endpoint, request.network),
        }
      case 'egress.open':
        return strictGateways.ensure(request.runId)
      case 'proxy.stop':
        return proxy.stop()
      case 'proxy.status':
        return this.#status()
      case 'handover':
        return end()
      default:
        return request satisfies never
    }
  }

  #hello(): Hello {
    const { row, isService } = this.#parts
    const { nonce, version, process } = row
    return { nonce, version, pid: process.pid, ...(isService ? { service: true } : {}) }
  }

  #status(): ProxyStatus {
    const { row, proxy, context, routeCount, isService } = this.#parts
    return {
      ...proxy.status(),
      pid: row.process.pid,
      version: row.version,
      uptimeMs: context.clock.now() - row.startedAtMs,
      routes: routeCount(),
      service: isService,
    }
  }
}
