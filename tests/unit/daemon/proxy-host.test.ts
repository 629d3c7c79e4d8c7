import { describe, expect, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ProxyHost } from '../../../src/daemon/proxy-host.ts'
import { bindProxy } from '../../../src/proxy/bind-proxy.ts'
import { RouteSource } from '../../../src/routes/route-source.ts'
import { openState } from '../../../src/state/open-state.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('the proxy of the background process', () => {
  test('gives a port back when it cannot be served, and listens there once it can', async () => {
    using folder = temporaryFolder()
    using _state = openState(folder.path, { uid: -1 })
    using routes = new RouteSource(folder.path)
    const free = await bindProxy(0)
    free.close()
    await using proxy = new ProxyHost({
      routes,
      explain: async () => ({ kind: 'unknown' }),
      pagesSocketPath: join(folder.path, 'missing', 'pages.sock'),
      onAccess: () => undefined,
      clock: { now: () => Date.now() },
      log: () => undefined,
      version: '1.2.3',
      onChange: () => undefined,
    })
    const wish = { port: free.port, source: 'asked', pin: true } as const
    expect(await proxy.ensure(wish).catch((error: unknown) => error)).toBeInstanceOf(Error)
    expect(proxy.status()).toMatchObject({ listening: false })
    mkdirSync(join(folder.path, 'missing'))
    // On Deno a port that was given back is free a turn of the event loop later.
    await delay(1)
    expect(await proxy.ensure(wish)).toBe(free.port)
  })
})
