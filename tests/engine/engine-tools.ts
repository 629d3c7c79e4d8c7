import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { engineSuites, toolPackages, toolSuite, type SuiteName } from './engine-suites.ts'
import { unpackPackages } from './private-packages.ts'
import type { RunOptions } from './run-command.ts'
import { toolFolderFormat, writeToolFolder } from './tool-folder.ts'

/** The programs of one engine: a folder for PATH, and those that are named by path. */
export type EngineTools = {
  readonly folder: string
  readonly dockerCli: string
  readonly runsc: string
  /** Of this machine's generation, as a file that can be copied. */
  readonly runc: string
  readonly init: string
  readonly busybox: string
}

/** Unpacks the programs that an engine of this suite needs, once per cache folder. */
export async function provideTools(
  suiteName: SuiteName,
  cacheDir: string,
  log: (line: string) => void,
): Promise<EngineTools> {
  const suite = engineSuites[suiteName]
  const toolSet = { debianSuite: toolSuite, packages: toolPackages, withDependencies: true }
  const tools = await unpackPackages(toolSet, cacheDir, log)
  const { debianSuite, packages } = suite
  const engineSet = { debianSuite, packages, withDependencies: debianSuite === toolSuite }
  const engine = await unpackPackages(engineSet, cacheDir, log)
  const id = createHash('sha256')
    .update(`${basename(tools)} ${basename(engine)} ${toolFolderFormat}`)
    .digest('hex')
    .slice(0, 12)
  const folder = await writeToolFolder(join(cacheDir, 'bin', `${suiteName}-${id}`), [
    // A newer suite's runc needs a newer libc than this machine has.
    { root: engine, leave: ['runc'] },
    { root: tools, leave: [] },
  ])
  return {
    folder,
    dockerCli: join(folder, 'docker'),
    runsc: join(tools, 'usr/bin/runsc'),
    runc: join(tools, 'usr/sbin/runc'),
    init: join(tools, 'usr/bin/tini-static'),
    busybox: join(tools, 'bin/busybox'),
  }
}

/** Options for commands that look in this tool folder first. */
export function withTools(folder: string): { readonly env: { readonly PATH: string } } {
  return { env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } }
}

/** Options with the tools of any engine brought up before: enough to take one down, also when nothing is known of it. */
export async function cachedTools(cacheDir: string): Promise<RunOptions> {
  const folders = await readdir(join(cacheDir, 'bin')).catch(() => [])
  const [first] = folders.filter((name) => !name.endsWith('.draft')).sort()
  return first === undefined ? {} : withTools(join(cacheDir, 'bin', first))
}
