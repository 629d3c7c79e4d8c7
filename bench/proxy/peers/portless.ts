import type { Contender, Place, Service } from '../contender.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { type Tools, versionOf } from '../tools.ts'
import { run } from '../../../tests/engine/run-command.ts'

const nameOf = (service: Service): string => `bench-${service}`

/** portless without TLS, in a state folder of its own. */
export async function startPortless(tools: Tools, place: Place): Promise<Contender> {
  const program = await tools.portless()
  const { folder, processor, upstreams } = place
  const port = freePort()
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    PORTLESS_STATE_DIR: folder,
    PORTLESS_SYNC_HOSTS: '0',
    PORTLESS_PORT: String(port),
    PORTLESS_HTTPS: '0',
  }
  const start = ['proxy', 'start', '--foreground', '--no-tls', '-p', String(port)]
  const server = await ServerProcess.start({
    command: [...program.command, ...start],
    env,
    port,
    processor,
    cwd: folder,
  })
  const services: readonly Service[] = ['web', 'live']
  for (const service of services)
    await run([...program.command, 'alias', nameOf(service), String(upstreams[service])], { env })
  return {
    name: 'portless',
    version: await versionOf(program, '--version'),
    server,
    host: (service) => `${nameOf(service)}.localhost`,
  }
}
