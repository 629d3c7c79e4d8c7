import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchOptions } from './bench-options.ts'

/** What `agent` is compared with, and the engine behind both. */
type Docker = {
  docker: string
  /** Of `docker run`. */
  image: string
  /** Undefined: the engine that both find by themselves. */
  dockerHost: string | undefined
  /** Of both, in words. */
  versions: string
}

/** What a benchmark beside the docker CLI is told. */
export type DockerBenchOptions = BenchOptions & Docker

/** `dist/agent`. Throws when it is missing. */
export function findAgent(projectDir: string): string {
  const agent = join(projectDir, 'dist', 'agent')
  if (!existsSync(agent)) throw new Error('dist/agent is missing: npm run build')
  return agent
}

/** Finds the docker CLI. Throws when it is missing. */
export function findDocker(): Docker {
  const docker = process.env['AGENT_TEST_DOCKER_CLI'] ?? Bun.which('docker')
  if (docker === null) throw new Error('there is no docker command to compare with')
  const dockerHost = process.env['AGENT_TEST_DOCKER_HOST'] ?? process.env['DOCKER_HOST']
  const env = { ...process.env, ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }) }
  const engine = Bun.spawnSync([docker, 'version', '--format', '{{.Server.Version}}'], { env })
  const engineVersion = engine.success ? engine.stdout.toString().trim() : 'no engine'
  return {
    docker,
    image: process.env['AGENT_BENCH_IMAGE'] ?? 'debian:bookworm-slim',
    dockerHost,
    versions: `Bun ${Bun.version}, Docker ${engineVersion}`,
  }
}
