import { copyFileSync, readdirSync } from 'node:fs'
import type { IpcNetConnectOpts, TcpNetConnectOpts } from 'node:net'
import { join } from 'node:path'

import { BuildkitBuilder } from '../../../src/buildkit/buildkit-builder.ts'
import { buildkitHost } from '../../../src/buildkit/buildkit-host.ts'
import type { BuildkitAddress } from '../../../src/buildkit/connect-buildkit.ts'
import { connectDocker } from '../../../src/docker/connect-docker.ts'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { into } from './archive.ts'
import { Buildkitd, buildkitdObstacle } from './buildkitd.ts'

/** A BuildKit, whichever way it is reached. */
export type BuilderUnderTest = AsyncDisposable & {
  /** Where it listens, for a proxy that stands before it. */
  target: TcpNetConnectOpts | IpcNetConnectOpts
  /** @param port the proxy's, on 127.0.0.1; without it the builder itself */
  address(port?: number): Promise<BuildkitAddress>
  /** How programs/many-builds.ts is told of it. */
  words: readonly string[]
  /** What a Dockerfile begins with to have busybox; puts what that needs into the context. */
  fromBusybox(contextDir: string): string
  /** How many files and sockets it has open, where its process is one of this test's own. */
  openDescriptors?(): number
}

/** The same test on the engine's own BuildKit and on a standalone one behind TCP with TLS. */
export function builderTest(
  name: string,
  run: (builder: BuilderUnderTest) => Promise<void>,
  timeoutMs = 60_000,
): void {
  const using = async (open: () => Promise<BuilderUnderTest>): Promise<void> => {
    await using builder = await open()
    await run(builder)
  }
  engineTest(`${name}: the engine's BuildKit`, () => using(openEmbedded), timeoutMs)
  const standalone = `${name}: a standalone BuildKit`
  const obstacle = buildkitdObstacle()
  if (obstacle === undefined) engineTest(standalone, () => using(openStandalone), timeoutMs)
  else skippedTest(standalone, obstacle)
}

async function openEmbedded(): Promise<BuilderUnderTest> {
  const { dockerHost } = testEngine()
  return {
    target: targetOf(dockerHost),
    words: [dockerHost],
    address: async (port) => {
      const endpoint = port === undefined ? dockerHost : `tcp://127.0.0.1:${port}`
      return embeddedAddress(endpoint)
    },
    fromBusybox: () => 'FROM busybox\n',
    async [Symbol.asyncDispose]() {},
  }
}

/** @param endpoint `unix://…` or `tcp://…` */
export async function embeddedAddress(endpoint: string): Promise<BuildkitAddress> {
  const runtime = await connectDocker({ endpoint, env: {}, home: '/nonexistent' })
  return { name: endpoint, dial: (signal) => runtime.dialBuildkit(signal) }
}

function targetOf(dockerHost: string): TcpNetConnectOpts | IpcNetConnectOpts {
  const { protocol, pathname, hostname, port } = new URL(dockerHost)
  return protocol === 'unix:' ? { path: pathname } : { host: hostname, port: Number(port) }
}

async function openStandalone(): Promise<BuilderUnderTest> {
  await using cleanUp = new AsyncDisposableStack()
  const buildkitd = cleanUp.use(await Buildkitd.start())
  const { port: ownPort } = buildkitd
  const base = join(buildkitd.folder, 'base.tar')
  await exportBusybox(base)
  const kept = cleanUp.move()
  return {
    target: { host: '127.0.0.1', port: ownPort },
    words: [buildkitd.tcpAddress, buildkitd.folder],
    address: async (port = ownPort) => buildkitHost(`tcp://localhost:${port}`, buildkitd.folder),
    fromBusybox(contextDir) {
      copyFileSync(base, join(contextDir, 'base.tar'))
      return 'FROM scratch\nADD base.tar /\n'
    },
    openDescriptors: () => readdirSync(`/proc/${buildkitd.pid}/fd`).length,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** From the engine, so that no registry is needed. */
async function exportBusybox(archive: string): Promise<void> {
  const builder = new BuildkitBuilder({ address: await embeddedAddress(testEngine().dockerHost) })
  await builder.build(
    { dockerfile: 'FROM busybox\n', output: { exporter: 'tar', receive: into(archive) } },
    { onProgress: () => undefined, signal: AbortSignal.timeout(30_000) },
  )
}
