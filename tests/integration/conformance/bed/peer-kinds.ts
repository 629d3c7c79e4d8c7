/** A port that the proxy listens on, and the one it passes everything to. */
export type PortPair = { readonly port: number; readonly upstreamPort: number }

/** How to run one of the other proxies: as a reverse proxy for services, set up as its own documentation says. */
export type PeerKind = {
  readonly id: string
  readonly name: string
  readonly configurationFile: string
  readonly configuration: (lanes: readonly PortPair[], folder: string) => string
  readonly command: (program: string, configuration: string) => readonly string[]
  readonly versionCommand: (program: string) => readonly string[]
  /** The version in what the command for it says. */
  readonly readVersion: (output: string) => string
}

const firstVersion = (output: string): string => /\d+(\.\d+)+/.exec(output)?.[0] ?? 'unknown'

const nginx: PeerKind = {
  id: 'nginx',
  name: 'nginx',
  configurationFile: 'nginx.conf',
  configuration: (lanes, folder) =>
    [
      'daemon off;',
      'worker_processes 1;',
      `pid ${folder}/nginx.pid;`,
      'error_log stderr crit;',
      'events { worker_connections 4096; }',
      'http {',
      '  access_log off;',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (use) => `  ${use}_temp_path ${folder}/${use};`,
      ),
      "  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }",
      ...lanes.flatMap(({ port, upstreamPort }) => [
        `  upstream service_${port} { server 127.0.0.1:${upstreamPort}; keepalive 8; }`,
        '  server {',
        `    listen 127.0.0.1:${port};`,
        '    location / {',
        `      proxy_pass http://service_${port};`,
        '      proxy_http_version 1.1;',
        '      proxy_set_header Host $host;',
        '      proxy_set_header Upgrade $http_upgrade;',
        '      proxy_set_header Connection $connection_upgrade;',
        '      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
        '    }',
        '  }',
      ]),
      '}',
      '',
    ].join('\n'),
  command: (program, configuration) => [program, '-e', 'stderr', '-c', configuration],
  versionCommand: (program) => ['sh', '-c', `"${program}" -v 2>&1`],
  readVersion: firstVersion,
}

const haproxy: PeerKind = {
  id: 'haproxy',
  name: 'HAProxy',
  configurationFile: 'haproxy.cfg',
  configuration: (lanes) =>
    [
      'global',
      '  maxconn 4000',
      'defaults',
      '  mode http',
      '  option forwardfor',
      '  timeout connect 5s',
      '  timeout client 30s',
      '  timeout server 30s',
      '  timeout tunnel 1h',
      ...lanes.flatMap(({ port, upstreamPort }) => [
        `frontend listen_${port}`,
        `  bind 127.0.0.1:${port}`,
        `  default_backend service_${port}`,
        `backend service_${port}`,
        `  server only 127.0.0.1:${upstreamPort}`,
      ]),
      '',
    ].join('\n'),
  command: (program, configuration) => [program, '-db', '-f', configuration],
  versionCommand: (program) => [program, '-v'],
  readVersion: firstVersion,
}

const caddy: PeerKind = {
  id: 'caddy',
  name: 'Caddy',
  configurationFile: 'Caddyfile',
  configuration: (lanes) =>
    [
      '{',
      '  admin off',
      '  auto_https off',
      '}',
      ...lanes.flatMap(({ port, upstreamPort }) => [
        `http://:${port} {`,
        '  bind 127.0.0.1',
        `  reverse_proxy 127.0.0.1:${upstreamPort}`,
        '}',
      ]),
      '',
    ].join('\n'),
  command: (program, configuration) => [
    program,
    'run',
    '--adapter',
    'caddyfile',
    '--config',
    configuration,
  ],
  versionCommand: (program) => [program, 'version'],
  readVersion: firstVersion,
}

/** The proxies ours is compared with, by the name of their program. */
export const peerKinds: readonly PeerKind[] = [nginx, haproxy, caddy]
