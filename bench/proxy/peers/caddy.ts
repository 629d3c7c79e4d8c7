import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { benchHost, type Contender, type Place } from '../contender.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { type Tools, versionOf } from '../tools.ts'

/** Caddy, with as many idle connections to an upstream as we keep. */
export async function startCaddy(tools: Tools, place: Place): Promise<Contender> {
  const program = await tools.program('caddy')
  const port = freePort()
  const config = join(place.folder, 'Caddyfile')
  await writeFile(config, configOf(place, port))
  const server = await ServerProcess.start({
    command: [...program.command, 'run', '--config', config, '--adapter', 'caddyfile'],
    env: { ...program.env, XDG_DATA_HOME: place.folder, XDG_CONFIG_HOME: place.folder },
    port,
    processor: place.processor,
    cwd: place.folder,
  })
  return { name: 'Caddy', version: await versionOf(program, 'version'), server, host: benchHost }
}

function configOf({ upstreams }: Place, port: number): string {
  const siteOf = (service: 'web' | 'live'): string => `
http://${benchHost(service)}:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstreams[service]} {
    flush_interval -1
    transport http {
      keepalive_idle_conns_per_host 256
    }
  }
}`
  return `{
  admin off
  auto_https off
  log {
    level ERROR
  }
}
${siteOf('web')}
${siteOf('live')}
`
}
