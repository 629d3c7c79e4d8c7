import { cacheFolder } from '../../tests/engine/engine-paths.ts'
import { defaultSuite, isSuiteName } from '../../tests/engine/engine-suites.ts'
import { provisionEngine } from '../../tests/engine/provision-engine.ts'
import { stepLog } from '../../tests/engine/step-log.ts'
import { engineRequest } from './engine-request.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The engine of a test run, or why there is none. */
export type EngineChoice =
  | {
      readonly kind: 'engine'
      readonly dockerHost: string
      readonly dockerCli: string
      /** The network namespace to run the tests in. */
      readonly netns: string | undefined
      /** Takes a provisioned engine down; does nothing to one that was there before. */
      stop(): Promise<void>
    }
  | { readonly kind: 'none'; readonly reason: string }

/** Whether a missing engine is a failure (`required`), and whether one may be brought up. */
export function engineDemand(env: Environment): { required: boolean; mayProvision: boolean } {
  const asked = env['AGENT_TEST_ENGINE'] ?? ''
  if (!['', 'required', 'provision'].includes(asked)) {
    throw new RangeError(`AGENT_TEST_ENGINE=${asked}: it is required, provision or not set`)
  }
  return { required: asked === 'required', mayProvision: asked !== '' }
}

/**
 * Takes an engine that answers as it is; else brings one up if AGENT_TEST_ENGINE allows it (its failure is thrown); else
 * there is none.
 */
export async function chooseEngine(env: Environment): Promise<EngineChoice> {
  const tried: string[] = []
  for (const candidate of candidates(env)) {
    const refusal = await refusalOf(candidate.dockerHost)
    if (refusal === undefined) return { kind: 'engine', ...candidate, stop: async () => undefined }
    tried.push(`${candidate.dockerHost} ${refusal}`)
  }
  if (!engineDemand(env).mayProvision) {
    const why = tried.join('; ')
    return { kind: 'none', reason: `no engine (${why}); AGENT_TEST_ENGINE=provision brings one up` }
  }
  return provision(env)
}

async function provision(env: Environment): Promise<EngineChoice> {
  return provisionSuite(env['AGENT_TEST_SUITE'] ?? defaultSuite, env)
}

/** Brings up the engine of a suite of tests/engine/engine-suites.ts. */
export async function provisionSuite(suite: string, env: Environment): Promise<EngineChoice> {
  if (!isSuiteName(suite)) throw new RangeError(`${suite}: no such engine suite`)
  // A name of this run's own: runs beside each other do not meet, and a later run sweeps what a killed one left.
  const name = `t-${process.pid.toString(36)}`
  const log = stepLog(`engine ${name}`)
  const engine = await provisionEngine({ name, suite, cacheDir: cacheFolder(env), log })
  return { kind: 'engine', ...engine, stop: () => engine.stop() }
}

/** Where an engine may answer: AGENT_TEST_DOCKER_HOST, which also knows a namespace, then Docker's own places. */
function candidates(
  env: Environment,
): { dockerHost: string; dockerCli: string; netns: string | undefined }[] {
  const dockerCli = env['AGENT_TEST_DOCKER_CLI'] ?? 'docker'
  const given = env['AGENT_TEST_DOCKER_HOST']
  if (given !== undefined) return [{ dockerHost: given, dockerCli, netns: env['AGENT_TEST_NETNS'] }]
  const dockerHost = env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  return [{ dockerHost, dockerCli, netns: undefined }]
}

/** Why the engine does not answer; undefined when it does (Engine API: GET /_ping). */
async function refusalOf(dockerHost: string): Promise<string | undefined> {
  try {
    await engineRequest(dockerHost, '/_ping')
    return undefined
  } catch (error) {
    return `does not answer: ${errorCode(error) ?? String(error)}`
  }
}

/** The code of a failed call of the system (ENOENT, ECONNREFUSED), which says more than fetch's message. */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
