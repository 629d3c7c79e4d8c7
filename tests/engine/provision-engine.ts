import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { getuid } from 'node:process'
import { join } from 'node:path'
import {
  cachedRegistry,
  extraCertificates,
  missingImages,
  pullBaseImages,
  recordImage,
  type BaseImage,
  type ImageSupply,
} from './base-images.ts'
import { withCacheLock } from './cache-lock.ts'
import { registryPort, startDockerEngine } from './docker-engine.ts'
import { setUpNetwork } from './engine-network.ts'
import { enginePaths, type EnginePaths } from './engine-paths.ts'
import { engineNameVariable, haveEnded, identityOf, signalProcess } from './engine-processes.ts'
import { writeEngineState, type EngineState, type ProcessIdentity } from './engine-state.ts'
import { engineSuites, type SuiteName } from './engine-suites.ts'
import { provideTools, withTools, type EngineTools } from './engine-tools.ts'
import { copyRegistryContent, startRegistry } from './registry-server.ts'
import { run } from './run-command.ts'
import { sweepAbandoned, tearDown } from './tear-down.ts'

export type ProvisionOptions = {
  /** 1 to 12 of a-z, 0-9 and -. */
  readonly name: string
  readonly suite: SuiteName
  readonly cacheDir: string
  readonly log: (line: string) => void
  /** Leave the engine running when this process ends. */
  readonly detached?: boolean
}

/** A Docker Engine of our own, in its own network namespace. */
export type TestEngine = {
  /** unix://… */
  readonly dockerHost: string
  /** The file to enter its network by: `nsenter --net=<file>`. Published ports are on 127.0.0.1 there. */
  readonly netns: string
  readonly suite: SuiteName
  readonly apiVersion: string
  /** The registry mirror as seen from the engine and from inside the network namespace. */
  readonly registry: string
  /** Path of the docker client. */
  readonly dockerCli: string
  stop(): Promise<void>
}

/** The port at which the cached registry is filled, before the mirror on `registryPort` starts from a copy of it. */
const stockPort = 5001

/**
 * Brings up an engine with a registry mirror and the base images, on Debian 12 as root. What an earlier one of the same
 * name left is removed first. Throws with the reason, and leaves nothing behind then.
 */
export async function provisionEngine(options: ProvisionOptions): Promise<TestEngine> {
  const { name, cacheDir, log, suite } = options
  requireDebianRoot()
  const tools = await provideTools(suite, cacheDir, log)
  for (const swept of await sweepAbandoned(cacheDir)) log(`removed the abandoned engine ${swept}`)
  await tearDown(name, cacheDir)
  try {
    return await bringUp(options, tools)
  } catch (error) {
    await tearDown(name, cacheDir)
    throw error
  }
}

/** Throws when this machine cannot carry a test engine, with the reason. */
function requireDebianRoot(): void {
  if (getuid?.() !== 0) throw new Error('a test engine needs root')
  const missing = [
    '/usr/bin/apt-get',
    '/usr/bin/dpkg-deb',
    '/usr/bin/nsenter',
    '/usr/bin/flock',
  ].filter((program) => !existsSync(program))
  if (missing.length > 0) throw new Error(`a test engine needs Debian: no ${missing.join(', ')}`)
}

async function bringUp(options: ProvisionOptions, tools: EngineTools): Promise<TestEngine> {
  const { name, suite: suiteName, cacheDir, log } = options
  const paths = enginePaths(name, cacheDir)
  const env = { ...withTools(tools.folder).env, [engineNameVariable]: name }
  await mkdir(paths.runFolder, { recursive: true })
  await mkdir(paths.dataFolder, { recursive: true })
  const owner = options.detached === true ? undefined : identityOf(process.pid)
  const subnet = await withCacheLock(cacheDir, 'network', () => setUpNetwork(paths, { env }))
  let state: EngineState = {
    suite: suiteName,
    subnet,
    ...(owner === undefined ? {} : { owner }),
    processes: [],
    dockerCli: tools.dockerCli,
  }
  const record = async (role: string, identity: ProcessIdentity): Promise<void> => {
    state = { ...state, processes: [...state.processes, { role, ...identity }] }
    await writeEngineState(name, cacheDir, state)
  }

  log(`starting the engine of ${suiteName}`)
  const programs = {
    runsc: tools.runsc,
    init: tools.init,
    runcWrapper: join(import.meta.dir, 'oci-runtime-wrapper.sh'),
  }
  const suite = engineSuites[suiteName]
  const { identity, apiVersion } = await startDockerEngine({ paths, suite, env, programs })
  await record('dockerd', identity)

  const client = { env: { ...env, DOCKER_HOST: `unix://${paths.socket}` } }
  await stockRegistry({ paths, cacheDir, tools, env: client.env, log })
  await copyRegistryContent(cachedRegistry(cacheDir), paths.registryData)
  const content = paths.registryData
  await record('registry', await startRegistry({ paths, port: registryPort, content, env }))
  log('pulling the base images from the mirror')
  await pullBaseImages(client)

  state = { ...state, apiVersion }
  await writeEngineState(name, cacheDir, state)
  log(`ready: API ${apiVersion} at unix://${paths.socket}`)
  return testEngine(name, cacheDir, { suite: suiteName, apiVersion, dockerCli: tools.dockerCli })
}

/** The engine `name` as its users see it. */
export function testEngine(
  name: string,
  cacheDir: string,
  known: { suite: SuiteName; apiVersion: string; dockerCli: string },
): TestEngine {
  const paths = enginePaths(name, cacheDir)
  return {
    ...known,
    dockerHost: `unix://${paths.socket}`,
    netns: paths.netnsFile,
    registry: `127.0.0.1:${registryPort}`,
    stop: () => tearDown(name, cacheDir),
  }
}

type StockOptions = {
  readonly paths: EnginePaths
  readonly cacheDir: string
  readonly tools: EngineTools
  readonly env: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** Builds the base images that the cache lacks, by the engine that is to use them, and pushes them to the cached registry. */
async function stockRegistry(options: StockOptions): Promise<void> {
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
  log(`building ${first}`)
  const folder = await mkdtemp(join(cacheDir, 'build-'))
  try {
    const { extraCertificates: certificates } = supply
    await image.build({
      folder,
      busybox: tools.busybox,
      extraCertificates: certificates,
      options: { env },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(`${folder}.tar`, { force: true })
  }
  log(`pushing ${first}`)
  for (const reference of image.references) {
    const target = `127.0.0.1:${stockPort}/library/${reference}`
    await run(['docker', 'tag', first, target], { env })
    await run(['docker', 'push', '-q', target], { env, limitMs: 120_000 })
  }
  await recordImage(supply, image)
}
