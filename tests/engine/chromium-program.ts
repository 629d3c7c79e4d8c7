import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './engine-paths.ts'
import { toolSuite } from './engine-suites.ts'
import { unpackPackages } from './private-packages.ts'
import { stepLog } from './step-log.ts'

/** A browser to start, and what its environment needs to have beside this process's own. */
export type ChromiumProgram = {
  readonly path: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * Chromium: this machine's own, else, where the test bed may bring its programs along (AGENT_TEST_ENGINE), one
 * unpacked into the cache folder. Undefined when there is none.
 */
export async function chromiumProgram(
  env: Readonly<Record<string, string | undefined>>,
): Promise<ChromiumProgram | undefined> {
  const own = Bun.which('chromium', { PATH: env['PATH'] ?? '' })
  if (own !== null) return { path: own, env: {} }
  if ((env['AGENT_TEST_ENGINE'] ?? '') === '') return undefined
  const set = { debianSuite: toolSuite, packages: ['chromium'], withDependencies: true }
  const root = await unpackPackages(set, cacheFolder(env), stepLog('chromium'))
  const libraries = ['usr/lib', 'lib']
    .map((folder) => join(root, folder, `${archName()}-linux-gnu`))
    .filter((folder) => existsSync(folder))
  return {
    // Not the start script of the package, which names what it starts by its place after installation.
    path: join(root, 'usr/lib/chromium/chromium'),
    // Also fonts and their configuration are found there, where the machine has none (fonts-conf(5)).
    env: {
      LD_LIBRARY_PATH: libraries.join(':'),
      ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_SYSROOT: root }),
    },
  }
}

function archName(): string {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64'
}
