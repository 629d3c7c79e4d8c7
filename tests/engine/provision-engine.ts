import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { getuid } from 'node:process'
import { join } from 'node:path'
import { buildkitPrograms } from './buildkit-programs.ts'
import { cachedRegistry, pullBaseImages } from './base-images.ts'
import { withCacheLock } from './cache-lock.ts'
import { registryPort, startDockerEngine } from './docker-engine.ts'
import { setUpNetwork } from './engine-network.ts'
import { enginePaths } from './engine-paths.ts'
import { engineNameVariable, identityOf, isAlive } from './engine-processes.ts'
import {
  readEngineState,
  writeEngineState,
  type EngineState,
  type ProcessIdentity,
} from './engine-state.ts'
import { engineSuites, type SuiteName } from './engine-suites.ts'
import { provideTools, withTools, type EngineTools } from './engine-tools.ts'
import { prepareMachine } from './machine-before.ts'
import { netstackRunsc } from './netstack-runsc.ts'
import { copyRegistryContent, startRegistry } from './registry-server.ts'
import { stockRegistry } from './stock-registry.ts'
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

/**
 * Brings up an engine with a registry mirror and the base images, on Debian 12 as root. What an earlier one of the same
 * name left is removed first. Throws with the reason, and leaves nothing behind then.
 */
export async function provisionEngine(options: ProvisionOptions): Promise<TestEngine> {
  const { name, cacheDir, log, suite } = options
  requireDebianRoot()
  const tools = await provideTools(suite, cacheDir, log)
  const gvisor = await netstackRunsc(cacheDir, log)
  // Built beside all else: only a cold cache makes anybody wait for it.
  const buildkit = buildkitPrograms(cacheDir, log)
  for (const swept of await sweepAbandoned(cacheDir)) log(`removed the abandoned engine ${swept}`)
  await tearDown(name, cacheDir)
  try {
    const engine = await bringUp(options, tools, gvisor)
    await buildkit
    return engine
  } catch (error) {
    await Promise.all([buildkit, tearDown(name, cacheDir)])
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

async function bringUp(
  options: ProvisionOptions,
  tools: EngineTools,
  gvisor: string | undefined,
): Promise<TestEngine> {
  const { name, suite: suiteName, cacheDir, log } = options
  const paths = enginePaths(name, cacheDir)
  const env = { ...withTools(tools.folder).env, [engineNameVariable]: name }
  await mkdir(paths.dataFolder, { recursive: true })
  const owner = options.detached === true ? undefined : identityOf(process.pid)
  let state: EngineState = {
    suite: suiteName,
    cacheDir,
    ...(owner === undefined ? {} : { owner }),
    processes: [],
    dockerCli: tools.dockerCli,
  }
  await withCacheLock(cacheDir, 'network', async () => {
    await mkdir(paths.runFolder, { recursive: true })
    await writeEngineState(name, state)
    await prepareMachine()
    await setUpNetwork(paths, { env })
  })
  const record = async (role: string, identity: ProcessIdentity): Promise<void> => {
    state = { ...state, processes: [...state.processes, { role, ...identity }] }
    await writeEngineState(name, state)
  }

  log(`starting the engine of ${suiteName}`)
  const programs = {
    runsc: tools.runsc,
    ...(gvisor === undefined ? {} : { netstackRunsc: gvisor }),
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
  await writeEngineState(name, state)
  log(`ready: API ${apiVersion} at unix://${paths.socket}`)
  return testEngine(name, state, apiVersion)
}

/** The engine `name` if it is up, whoever brought it up; undefined when it is not, or only half. */
export async function runningEngine(name: string): Promise<TestEngine | undefined> {
  const state = await readEngineState(name)
  if (state?.apiVersion === undefined || !state.processes.every(isAlive)) return undefined
  return testEngine(name, state, state.apiVersion)
}

function testEngine(
  name: string,
  { suite, cacheDir, dockerCli }: EngineState,
  apiVersion: string,
): TestEngine {
  const paths = enginePaths(name, cacheDir)
  return {
    suite,
    apiVersion,
    dockerCli,
    dockerHost: `unix://${paths.socket}`,
    netns: paths.netnsFile,
    registry: `127.0.0.1:${registryPort}`,
    stop: () => tearDown(name, cacheDir),
  }
}
