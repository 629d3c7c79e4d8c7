/*
 * folder-build ENDPOINT FOLDER TAG     builds the folder's Dockerfile with the engine's BuildKit, the folder being the
 * context. What `agent` sends is never a large folder; this program shows what its client does with one. Compiled like
 * `agent`.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BuildkitBuilder } from '../../src/buildkit/buildkit-builder.ts'
import { connectDocker } from '../../src/docker/connect-docker.ts'

const limitMs = 300_000

async function main([endpoint, folder, tag]: readonly string[]): Promise<void> {
  if (endpoint === undefined || folder === undefined || tag === undefined)
    throw new Error('usage: folder-build ENDPOINT FOLDER TAG')
  const runtime = await connectDocker({ endpoint, env: {}, home: folder })
  const builder = new BuildkitBuilder({
    address: { name: endpoint, dial: (signal) => runtime.dialBuildkit(signal) },
  })
  const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8')
  const { digest } = await builder.build(
    { dockerfile, contextDir: folder, output: { exporter: 'moby', tag } },
    { onProgress: () => undefined, signal: AbortSignal.timeout(limitMs) },
  )
  console.log(digest)
}

if (import.meta.main) await main(process.argv.slice(2))
