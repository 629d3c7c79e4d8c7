import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, ServerProcess } from './server-process.ts'
import type { Tools } from './tools.ts'

/** Ports of 127.0.0.1. */
export type UpstreamPorts = { web: number; live: number }

/** The size of the large body, in bytes. */
export const largeBytes = 64 * 1024 * 1024

/**
 * The servers behind all contenders: nginx answers `/` with 1 KiB from memory and `/large` with 64 MB by sendfile, and
 * a program of ours (`serve-live.ts`) does what nginx cannot.
 */
export async function startUpstreams(
  tools: Tools,
  options: { folder: string; processor: number },
): Promise<AsyncDisposable & { ports: UpstreamPorts }> {
  await using started = new AsyncDisposableStack()
  const ports = { web: freePort(), live: freePort() }
  const { folder, processor } = options
  await mkdir(join(folder, 'files'), { recursive: true })
  await writeFile(join(folder, 'files', 'large'), '')
  await truncate(join(folder, 'files', 'large'), largeBytes)
  await writeFile(join(folder, 'nginx.conf'), nginxConfig(folder, ports.web))
  const { command, env } = await tools.program('nginx')
  started.use(
    await ServerProcess.start({
      command: [...command, '-p', folder, '-c', join(folder, 'nginx.conf')],
      env,
      port: ports.web,
      processor,
      cwd: folder,
    }),
  )
  started.use(
    await ServerProcess.start({
      command: [process.execPath, join(import.meta.dirname, 'serve-live.ts'), String(ports.live)],
      port: ports.live,
      processor,
      cwd: folder,
    }),
  )
  const owned = started.move()
  return { ports, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function nginxConfig(folder: string, port: number): string {
  return `${nginxMain(folder)}
events { worker_connections 9000; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  default_type text/plain;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { return 200 "${'x'.repeat(1024)}"; }
    location /large { root ${folder}/files; }
  }
}
`
}

/** The lines that keep nginx to one process and one folder. */
export function nginxMain(folder: string): string {
  return `daemon off;
master_process off;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log stderr error;`
}
