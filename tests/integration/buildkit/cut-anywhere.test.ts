import { expect } from 'bun:test'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { BuildkitBuilder } from '../../../src/buildkit/buildkit-builder.ts'
import { BuildkitUnreachableError } from '../../../src/runtime/buildkit-unreachable-error.ts'
import { CutProxy, type Direction } from '../../support/cut-proxy.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { into, unpack } from './archive.ts'
import { builderTest } from './builder-test.ts'

const contextBytes = 1024 * 1024
/** In the head of the request, the prefaces, the first calls; then all over the context, the steps and the result. */
const firstBytes = [1, 30, 100, 300, 700, 1_500, 3_000, 6_000]
const shares = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97]
const directions: readonly Direction[] = ['up', 'down']

builderTest(
  'a connection that is cut at any byte ends the build at once, and nothing is left',
  async (builder) => {
    await using proxy = await CutProxy.start(builder.target)
    using folder = temporaryFolder()
    const address = await builder.address(proxy.port)
    const head = builder.fromBusybox(folder.path)
    const archive = `${folder.path}.tar`
    await using _gone = { [Symbol.asyncDispose]: () => Bun.file(archive).delete() }
    const build = async (): Promise<void> => {
      const noise = crypto.getRandomValues(new Uint8Array(65_536))
      writeFileSync(join(folder.path, 'data'), Buffer.alloc(contextBytes, noise))
      await new BuildkitBuilder({ address }).build(
        {
          dockerfile: `${head}COPY data /data\nRUN echo ${crypto.randomUUID()}\n`,
          contextDir: folder.path,
          output: { exporter: 'tar', receive: into(archive) },
        },
        { onProgress: () => undefined, signal: AbortSignal.timeout(30_000) },
      )
    }
    await build()
    proxy.reset()
    await build()
    const whole = { ...proxy.passed }
    expect(whole.up).toBeGreaterThan(contextBytes)
    expect(whole.down).toBeGreaterThan(contextBytes)
    const before = { own: ownDescriptors(), theirs: builder.openDescriptors?.() ?? 0 }
    for (const direction of directions) {
      const middles = shares.map((share) => Math.round(share * whole[direction]))
      for (const afterBytes of [...firstBytes, ...middles]) {
        proxy.reset({ direction, afterBytes })
        const error = await build().catch((reason: unknown) => reason)
        const endMs = performance.now()
        const where = `${direction} ${afterBytes}`
        expect([where, proxy.cutMs === undefined]).toEqual([where, false])
        expect([where, endMs - (proxy.cutMs ?? 0) < 1_000]).toEqual([where, true])
        expect([where, error]).toEqual([where, expect.any(BuildkitUnreachableError)])
      }
    }
    await until(() => proxy.openSockets === 0)
    await until(() => ownDescriptors() <= before.own)
    // A few more are BuildKit's own: its database, its workers.
    await until(() => (builder.openDescriptors?.() ?? 0) <= before.theirs + 2)
    proxy.reset()
    await build()
    await unpack(archive, join(folder.path, 'out'))
    expect(Bun.file(join(folder.path, 'out', 'data')).size).toBe(contextBytes)
  },
  120_000,
)

function ownDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

async function until(isTrue: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(10_000)
  while (!isTrue()) {
    limit.throwIfAborted()
    await Bun.sleep(20)
  }
}
