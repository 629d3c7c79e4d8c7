import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { benchHost, type Contender, type Place } from '../contender.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { type Tools, versionOf } from '../tools.ts'

/** HAProxy that adds the fields we add, with the most liberal reuse of connections. */
export async function startHaproxy(tools: Tools, place: Place): Promise<Contender> {
  const program = await tools.program('haproxy')
  const port = freePort()
  const config = join(place.folder, 'haproxy.cfg')
  await writeFile(config, configOf(place, port))
  const server = await ServerProcess.start({
    command: [...program.command, '-db', '-f', config],
    env: program.env,
    port,
    processor: place.processor,
    cwd: place.folder,
  })
  return { name: 'HAProxy', version: await versionOf(program, '-v'), server, host: benchHost }
}

function configOf({ upstreams }: Place, port: number): string {
  return `global
  maxconn 9500
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  option http-keep-alive
  option http-no-delay
  http-reuse always
frontend entry
  bind 127.0.0.1:${port} backlog 4096
  option forwardfor
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port ${port}
  http-request add-header Via "1.1 haproxy"
  use_backend live if { hdr(host) -i ${benchHost('live')} }
  default_backend web
backend web
  server web 127.0.0.1:${upstreams.web}
backend live
  server live 127.0.0.1:${upstreams.live}
`
}
