import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BenchHome, makeBenchHome } from '../cli/bench-home.ts'
import type { Place } from './exchange.ts'

const label = 'agentops.bench=embedded'

/** Both programs on one machine, with a service to run in either. */
export type Bed = {
  home: BenchHome
  agent(...words: string[]): Promise<string>
  docker(...words: string[]): Promise<string>
  /** Words of `docker run` that every container of the benchmark gets. */
  dockerRun: readonly string[]
  image: string
  [Symbol.asyncDispose](): Promise<void>
}

/** @param programs paths of the two programs, the image of `docker run`, and the engine for both */
export async function makeBed(programs: {
  agent: string
  docker: string
  image: string
  dockerHost: string | undefined
}): Promise<Bed> {
  const home = await makeBenchHome('', programs.dockerHost)
  const call = (program: string) => (words: readonly string[]) =>
    answerOf(home, [program, ...words])
  const [agent, docker] = [call(programs.agent), call(programs.docker)]
  const service = join(home.workspace, 'service')
  await mkdir(service)
  await writeFile(join(service, 'agent.yaml'), 'ports: { web: 3000 }\n')
  await copyFile(process.execPath, join(service, 'bun'))
  await copyFile(join(import.meta.dirname, 'serve.ts'), join(service, 'serve.ts'))
  return {
    home,
    agent: (...words) => agent(words),
    docker: (...words) => docker(words),
    dockerRun: ['run', '--label', label, '-v', `${service}:/workspace`, '-w', '/workspace'],
    image: programs.image,
    async [Symbol.asyncDispose]() {
      await agent(['destroy', '--all', '--time', '0'])
      await agent(['proxy', 'stop'])
      await removeContainers(docker)
      await home.remove()
    },
  }
}

async function removeContainers(docker: (words: readonly string[]) => Promise<string>) {
  const listed = await docker(['ps', '--all', '--quiet', '--filter', `label=${label}`])
  const ids = listed.split('\n').filter((id) => id !== '')
  if (ids.length > 0) await docker(['rm', '--force', ...ids])
}

/** Starts the service in the embedded runtime and in Docker: behind our proxy, and on a published port. */
export async function startServices(bed: Bed): Promise<{ ours: Place; theirs: Place }> {
  const server = ['./bun', 'serve.ts']
  const flags = ['--detach', '--name', 'service', '--runtime', 'embedded', 'service']
  await bed.agent('run', ...flags, '--', ...server)
  const url = new URL(await bed.agent('url', 'service'))
  const publish = ['--detach', '--name', 'agent-bench-service', '-p', '127.0.0.1::3000']
  await bed.docker(...bed.dockerRun, ...publish, bed.image, ...server)
  const published = await bed.docker('port', 'agent-bench-service', '3000')
  const port = Number(published.split(':').at(-1))
  return {
    ours: { port: Number(url.port), host: url.host },
    theirs: { port, host: `127.0.0.1:${port}` },
  }
}

async function answerOf(home: BenchHome, command: readonly string[]): Promise<string> {
  const { cwd, env } = home.invocation(home.runState, command)
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...env, AGENTOPS_PROXY_PORT: '0' },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 60_000,
  })
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    child.stdout.text(),
    child.stderr.text(),
  ])
  if (code !== 0) throw new Error(`${command.slice(0, 4).join(' ')}: ${stderr.trim()}`)
  return stdout.trim()
}
