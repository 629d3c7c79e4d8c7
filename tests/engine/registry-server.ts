import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnginePaths } from './engine-paths.ts'
import { startDetached } from './engine-processes.ts'
import type { ProcessIdentity } from './engine-state.ts'
import { run, succeeds } from './run-command.ts'

export type RegistryOptions = {
  readonly paths: EnginePaths
  readonly port: number
  /** Folder with the registry's content. */
  readonly content: string
  readonly env: Readonly<Record<string, string>>
}

/** Starts Debian's docker-registry in the engine's network namespace and returns when it answers (limit 10 s). */
export async function startRegistry(options: RegistryOptions): Promise<ProcessIdentity> {
  const { paths, port, content, env } = options
  await mkdir(content, { recursive: true })
  const config = join(paths.runFolder, `registry-${port}.json`)
  const log = join(paths.runFolder, `registry-${port}.log`)
  // Also reachable from containers, at the gateway of their network: a BuildKit sidecar pulls from there.
  await writeFile(config, JSON.stringify(registryConfig(content, `0.0.0.0:${port}`), undefined, 2))
  const identity = await startDetached(
    ['nsenter', `--net=${paths.netnsFile}`, 'docker-registry', 'serve', config],
    log,
    env,
  )
  await untilAnswers(paths, port)
  return identity
}

function registryConfig(content: string, address: string): object {
  return {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: content },
      delete: { enabled: true },
      cache: { blobdescriptor: 'inmemory' },
    },
    http: { addr: address },
  }
}

/** A registry is up when it listens: its port is looked for in the namespace's own socket table. */
async function untilAnswers(paths: EnginePaths, port: number): Promise<void> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const look = ['nsenter', `--net=${paths.netnsFile}`, 'grep', '-qE', `:${hexPort} 0+:0000 0A`]
  const until = performance.now() + 10_000
  while (!(await succeeds([...look, '/proc/net/tcp', '/proc/net/tcp6']))) {
    if (performance.now() > until) throw new Error(`the registry does not listen on port ${port}`)
    await Bun.sleep(30)
  }
}

/**
 * Gives an engine its own copy of the cached images, so that what a test pushes stays in that engine. Blobs are written
 * once under their digest and can be shared as hard links; the small files that name them are copied.
 */
export async function copyRegistryContent(from: string, to: string): Promise<void> {
  const [source, target] = [join(from, 'docker/registry/v2'), join(to, 'docker/registry/v2')]
  await mkdir(target, { recursive: true })
  await run(['cp', '-al', join(source, 'blobs'), target])
  await run(['cp', '-a', join(source, 'repositories'), target])
}
