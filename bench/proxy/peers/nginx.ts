import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { benchHost, type Contender, type Place } from '../contender.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import { type Tools, versionOf } from '../tools.ts'
import { nginxMain } from '../upstreams.ts'

/** nginx as a reverse proxy that adds the fields we add and streams bodies as we do. */
export async function startNginx(tools: Tools, place: Place): Promise<Contender> {
  const program = await tools.program('nginx')
  const { folder } = place
  const port = freePort()
  const config = join(folder, 'nginx.conf')
  await writeFile(config, configOf(place, port))
  const server = await ServerProcess.start({
    command: [...program.command, '-p', folder, '-c', config],
    env: program.env,
    port,
    processor: place.processor,
    cwd: folder,
  })
  return { name: 'nginx', version: await versionOf(program, '-v'), server, host: benchHost }
}

function configOf({ folder, upstreams }: Place, port: number): string {
  const serverOf = (service: 'web' | 'live'): string => `
  upstream ${service} { server 127.0.0.1:${upstreams[service]}; keepalive 256; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port}${service === 'web' ? ' backlog=4096' : ''};
    server_name ${benchHost(service)};
    location / { proxy_pass http://${service}; }
  }`
  return `${nginxMain(folder)}
events { worker_connections 9900; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  proxy_max_temp_file_size 0;
  proxy_request_buffering off;
  proxy_http_version 1.1;
  map $http_upgrade $connection_field { default upgrade; '' ''; }
  proxy_set_header Host $http_host;
  proxy_set_header Connection $connection_field;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Port $server_port;
  proxy_set_header Via "1.1 nginx";
${serverOf('web')}
${serverOf('live')}
}
`
}
