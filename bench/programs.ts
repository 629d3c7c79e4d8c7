import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The two programs that are compared, and the engine behind them. */
export type Programs = {
  agent: string
  docker: string
  /** Of `docker run`. */
  image: string
  /** Undefined: the engine that both find by themselves. */
  dockerHost: string | undefined
  /** Of both, in words. */
  versions: string
}

/** What every benchmark is told. */
export type BenchOptions = Programs & {
  pairs: number
  /** Names of the cases to measure; none: all. */
  only: readonly string[]
}

/** Finds `dist/agent` and the docker CLI. Throws when one is missing. */
export function findPrograms(projectDir: string): Programs {
  const agent = join(projectDir, 'dist', 'agent')
  if (!existsSync(agent)) throw new Error('dist/agent is missing: npm run build')
  const docker = process.env['AGENT_TEST_DOCKER_CLI'] ?? Bun.which('docker')
  if (docker === null) throw new Error('there is no docker command to compare with')
  const dockerHost = process.env['AGENT_TEST_DOCKER_HOST'] ?? process.env['DOCKER_HOST']
  const env = { ...process.env, ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }) }
  const engine = Bun.spawnSync([docker, 'version', '--format', '{{.Server.Version}}'], { env })
  const engineVersion = engine.success ? engine.stdout.toString().trim() : 'no engine'
  return {
    agent,
    docker,
    image: process.env['AGENT_BENCH_IMAGE'] ?? 'debian:bookworm-slim',
    dockerHost,
    versions: `Bun ${Bun.version}, Docker ${engineVersion}`,
  }
}
