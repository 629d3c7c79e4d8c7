import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  cachedRegistry,
  extraCertificates,
  missingImages,
  recordImage,
  type BaseImage,
  type ImageSupply,
} from './base-images.ts'
import { withCacheLock } from './cache-lock.ts'
import type { EnginePaths } from './engine-paths.ts'
import { haveEnded, signalProcess } from './engine-processes.ts'
import type { EngineTools } from './engine-tools.ts'
import { startRegistry } from './registry-server.ts'
import { unpackPackages } from './private-packages.ts'
import { run } from './run-command.ts'

/** The port at which the cached registry is filled: not the mirror's, which starts later, from a copy of it. */
const stockPort = 5001

type StockOptions = {
  readonly paths: EnginePaths
  readonly cacheDir: string
  readonly tools: EngineTools
  readonly env: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** Builds the base images that the cache lacks, by the engine that is to use them, and pushes them to the cached registry. */
export async function stockRegistry(options: StockOptions): Promise<void> {
  const { cacheDir, paths, env } = options
  const supply: ImageSupply = { cacheDir, extraCertificates: await extraCertificates() }
  if ((await missingImages(supply)).length === 0) return
  await withCacheLock(cacheDir, 'images', async () => {
    const missing = await missingImages(supply)
    if (missing.length === 0) return
    const content = cachedRegistry(cacheDir)
    const server = await startRegistry({ paths, port: stockPort, content, env })
    try {
      for (const image of missing) await buildAndPush(image, supply, options)
    } finally {
      signalProcess(server, 'SIGTERM')
      await haveEnded([server], 5_000)
    }
  })
  // The engine starts like any other: with nothing but what it pulls.
  await run(['docker', 'image', 'prune', '--all', '--force'], { env })
}

async function buildAndPush(
  image: BaseImage,
  supply: ImageSupply,
  { cacheDir, tools, env, log }: StockOptions,
): Promise<void> {
  const [first] = image.references
  if (image.base !== undefined) await takeFromStock(image.base, env)
  log(`building ${first}`)
  const folder = await mkdtemp(join(cacheDir, 'build-'))
  try {
    const { extraCertificates: certificates } = supply
    await image.build({
      folder,
      tools,
      unpack: (set) => unpackPackages(set, cacheDir, log),
      extraCertificates: certificates,
      options: { env },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(`${folder}.tar`, { force: true })
  }
  log(`pushing ${first}`)
  for (const reference of image.references) {
    const target = stockReference(reference)
    await run(['docker', 'tag', first, target], { env })
    await run(['docker', 'push', '-q', target], { env, limitMs: 120_000 })
  }
  await recordImage(supply, image)
}

/** The engine has no mirror yet, so what a Dockerfile starts from has to be there by its own name. */
async function takeFromStock(
  reference: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const source = stockReference(reference)
  await run(['docker', 'pull', '-q', source], { env, limitMs: 120_000 })
  await run(['docker', 'tag', source, reference], { env })
}

/** As a mirror of Docker Hub has it: what has no owner is of `library`. */
function stockReference(reference: string): string {
  const path = reference.includes('/') ? reference : `library/${reference}`
  return `127.0.0.1:${stockPort}/${path}`
}
