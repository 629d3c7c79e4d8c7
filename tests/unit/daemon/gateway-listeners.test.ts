import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { GatewayListeners } from '../../../src/daemon/gateway-listeners.ts'
import { ProxyHost } from '../../../src/daemon/proxy-host.ts'
import { RouteSource } from '../../../src/routes/route-source.ts'
import { openState } from '../../../src/state/open-state.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { InMemoryNetworks } from '../../fakes/in-memory-stores.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { LifeCycle } from '../run/life-cycle.ts'

/** Networks whose containers see this machine at one address. */
class NetworksAt extends InMemoryNetworks {
  readonly #gateway: string

  constructor(gateway: string) {
    super()
    this.#gateway = gateway
  }

  override async addresses() {
    return { gateway: this.#gateway, containers: new Map() }
  }
}

/** The address at which the programs of an engine's runs are told to ask, and what was logged. */
async function ensured(gateway: string): Promise<{ address: string | undefined; log: string[] }> {
  using folder = temporaryFolder()
  using _state = openState(folder.path, { uid: -1 })
  using routes = new RouteSource(folder.path)
  await using life = new LifeCycle()
  await using proxy = new ProxyHost({
    routes,
    explain: async () => ({ kind: 'unknown' }),
    pagesSocketPath: join(folder.path, 'pages.sock'),
    onAccess: () => undefined,
    clock: { now: () => Date.now() },
    log: () => undefined,
    version: '1.2.3',
    onChange: () => undefined,
  })
  await proxy.ensure({ port: 0, source: 'asked', pin: true })
  const log: string[] = []
  const runtime = { ...life.runtime, networks: new NetworksAt(gateway) }
  const context = { ...life.context, connect: async () => runtime }
  const gateways = new GatewayListeners({ context, proxy, log: (line) => log.push(line) })
  return { address: await gateways.ensure('docker', 'unix:///nowhere'), log }
}

const onBridge =
  'an address that no interface shows is listened on all the same, as that of a bridge without containers'

// 127.0.0.0/8 is the machine's own on Linux, but its list of interfaces has 127.0.0.1 only.
if (process.platform !== 'linux') skippedTest(onBridge, 'only Linux has all of 127.0.0.0/8')
else
  test(onBridge, async () => {
    expect(await ensured('127.0.0.9')).toEqual({ address: '127.0.0.9', log: [] })
  })

test('an engine whose gateway is not this machine has none, and that is nothing to complain about', async () => {
  expect(await ensured('192.0.2.1')).toEqual({ address: undefined, log: [] })
})
