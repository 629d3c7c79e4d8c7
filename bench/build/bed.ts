import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { compileBinary } from '../../scripts/compile-binary.ts'
import { type BenchHome, makeBenchHome } from '../cli/bench-home.ts'
import type { DockerBenchOptions } from '../programs.ts'
import type { Invocation } from '../whole-process.ts'
import { makeContext } from './contexts.ts'
import { makeDockerConfig } from './docker-with-buildx.ts'

/** A project whose image is built: a runtime and a program from Debian. */
const project = 'dependencies: [node, make]\n'

/** The programs, the folders they build, and the engine behind them. */
export type Bed = AsyncDisposable & {
  /** `agent build` of a project. */
  agentBuild: Invocation
  /** `docker build` of the Dockerfile that `agent build` makes of that project. */
  dockerBuild: Invocation
  /** A folder of this name, built by our client and by docker; each has a copy of its own, so neither finds the other's cache. */
  folder(name: string): { ours: FolderBuild; theirs: FolderBuild }
}

export type FolderBuild = { path: string; build: Invocation }

/** The engine keeps a cache of what is built: use one that may be thrown away. */
export async function makeBed(options: DockerBenchOptions): Promise<Bed> {
  const { agent, docker, dockerHost } = options
  if (dockerHost === undefined) throw new Error('DOCKER_HOST must name the engine that builds')
  const root = await mkdtemp(join(tmpdir(), 'agent-bench-build-'))
  const home = await makeBenchHome(project, dockerHost)
  const folderBuild = join(root, 'folder-build')
  const tags: string[] = []
  const tag = (): string => {
    tags.push(`agent-bench/build:${tags.length}`)
    return tags.at(-1) ?? ''
  }
  const config = join(root, 'docker')
  const inHome = (command: readonly string[]): Invocation => {
    const invocation = home.invocation(home.emptyState, command)
    return { ...invocation, env: { ...invocation.env, DOCKER_CONFIG: config } }
  }
  const dockerBuild = (folder: string, more: readonly string[] = []): Invocation =>
    inHome([docker, 'build', '--tag', tag(), ...more, folder])
  const entry = join(import.meta.dirname, 'folder-build.ts')
  await compileBinary({ entry, outfile: folderBuild, constants: { version: '0', faults: false } })
  await makeDockerConfig(config)
  const buildArgs = await writeDockerfile(home, agent, join(root, 'project'))
  return {
    agentBuild: inHome([agent, 'build']),
    dockerBuild: dockerBuild(join(root, 'project'), buildArgs),
    folder(name) {
      const [ours, theirs] = [join(root, name, 'ours'), join(root, name, 'theirs')]
      for (const path of [ours, theirs]) makeContext(path)
      const build = inHome([folderBuild, dockerHost, ours, tag()])
      return { ours: { path: ours, build }, theirs: { path: theirs, build: dockerBuild(theirs) } }
    },
    async [Symbol.asyncDispose]() {
      await run(inHome([docker, 'image', 'rm', '--force', ...tags]))
      await home.remove()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Writes the Dockerfile of the project into a folder of its own, and gives the arguments it is built with. */
async function writeDockerfile(home: BenchHome, agent: string, folder: string): Promise<string[]> {
  const printed: unknown = JSON.parse(
    await run(home.invocation(home.emptyState, [agent, 'build', '--print', '--json'])),
  )
  const shape = z.object({ dockerfile: z.string(), buildArgs: z.record(z.string(), z.string()) })
  const { dockerfile, buildArgs } = shape.parse(printed)
  makeContext(folder)
  await writeFile(join(folder, 'Dockerfile'), dockerfile)
  return Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
}

async function run({ command, cwd, env }: Invocation): Promise<string> {
  const child = Bun.spawn([...command], { cwd, env, stdin: 'ignore', stderr: 'ignore' })
  const text = await new Response(child.stdout).text()
  await child.exited
  return text
}
