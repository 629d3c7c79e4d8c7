import { expect, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'

import { BuildkitBuilder } from '../../../src/buildkit/buildkit-builder.ts'
import { buildkitHost } from '../../../src/buildkit/buildkit-host.ts'
import type { BuildkitAddress } from '../../../src/buildkit/connect-buildkit.ts'
import { BuildkitUnreachableError } from '../../../src/runtime/buildkit-unreachable-error.ts'
import { engineTest, testEngine } from '../../engine/test-engine.ts'
import { FaultProxy } from '../../support/fault-proxy.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { embeddedAddress } from './builder-test.ts'

/** What connect-buildkit.ts allows, and what a busy machine adds. */
const limitMs = 15_000 + 2_000

test('a BUILDKIT_HOST that takes connections and says nothing is an error within its limit', async () => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    socket.resume()
  })
  await using _closing = { [Symbol.asyncDispose]: async () => void server.close() }
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await expectUnanswered(buildkitHost(`tcp://127.0.0.1:${port}`))
  const limit = AbortSignal.timeout(5_000)
  while (sockets.size > 0) {
    limit.throwIfAborted()
    await Bun.sleep(20)
  }
}, 30_000)

engineTest(
  'an engine that stands still when its BuildKit is asked for is an error within its limit',
  async () => {
    await using proxy = await FaultProxy.start(testEngine().dockerHost)
    const address = await embeddedAddress(proxy.endpoint)
    proxy.faults.push({ pattern: /./, fault: { isSilent: true } })
    // A connection that was open before would still be led through.
    proxy.cutAll()
    await expectUnanswered(address)
  },
)

async function expectUnanswered(address: BuildkitAddress): Promise<void> {
  const startMs = performance.now()
  const error = await rejectionOf(
    new BuildkitBuilder({ address }).build(
      { dockerfile: 'FROM scratch\n', output: { exporter: 'none' } },
      { onProgress: () => undefined, signal: AbortSignal.timeout(25_000) },
    ),
  )
  expect(error).toBeInstanceOf(BuildkitUnreachableError)
  expect(error).toMatchObject({ reason: 'unanswered' })
  expect(performance.now() - startMs).toBeLessThan(limitMs)
}
