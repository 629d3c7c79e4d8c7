/*
 * many-builds TIMES FOLDER ENDPOINT             builds a folder, changed each time, with the engine's own BuildKit
 * many-builds TIMES FOLDER ADDRESS TLS-FOLDER   the same with the one at BUILDKIT_HOST's ADDRESS
 *
 * Prints as JSON, for every tenth of them, the memory in MiB and how many descriptors are open.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { BuildkitBuilder } from '../../../../src/buildkit/buildkit-builder.ts'
import { buildkitHost } from '../../../../src/buildkit/buildkit-host.ts'
import type { BuildkitAddress } from '../../../../src/buildkit/connect-buildkit.ts'
import { connectDocker } from '../../../../src/docker/connect-docker.ts'

const contentBytes = 1024 * 1024

async function main([times, folder = '', address = '', tlsFolder]: string[]): Promise<void> {
  const builder = new BuildkitBuilder({ address: await addressOf(address, tlsFolder) })
  const samples: { residentMiB: number; descriptors: number }[] = []
  for (let round = 1; round <= Number(times); round += 1) {
    const noise = crypto.getRandomValues(new Uint8Array(1024))
    writeFileSync(join(folder, 'data'), Buffer.alloc(contentBytes, noise))
    await builder.build(
      {
        dockerfile: 'FROM scratch\nCOPY data /data\n',
        contextDir: folder,
        output: { exporter: 'none' },
      },
      { onProgress: () => undefined, signal: AbortSignal.timeout(30_000) },
    )
    if (round % (Number(times) / 10) > 0) continue
    Bun.gc(true)
    const residentMiB = Math.round(process.memoryUsage.rss() / 2 ** 20)
    samples.push({ residentMiB, descriptors: readdirSync('/proc/self/fd').length })
  }
  console.log(JSON.stringify(samples))
}

async function addressOf(address: string, tlsFolder?: string): Promise<BuildkitAddress> {
  if (tlsFolder !== undefined) return buildkitHost(address, tlsFolder)
  const runtime = await connectDocker({ endpoint: address, env: {}, home: '/nonexistent' })
  return { name: address, dial: (signal) => runtime.dialBuildkit(signal) }
}

if (import.meta.main) await main(process.argv.slice(2))
