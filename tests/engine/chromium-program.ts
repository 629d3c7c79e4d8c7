import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './engine-paths.ts'
import { toolSuite } from './engine-suites.ts'
import { unpackPackages } from './private-packages.ts'
import { stepLog } from './step-log.ts'

/** A browser to start, and what its environment needs to have beside this process's own. */
export type ChromiumProgram = {
  readonly path: string
  /** The folder that it was unpacked into with all it needs; absent for this machine's own. */
  readonly root?: string
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
    // Its libraries look for a part of themselves there, by a path of after installation.
    .flatMap((folder) => [folder, join(folder, 'pulseaudio')])
    .filter((folder) => existsSync(folder))
  return {
    // Not the start script of the package, which names what it starts by its place after installation.
    path: join(root, 'usr/lib/chromium/chromium'),
    root,
    env: { LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_FILE: await writeFontSettings(root) },
  }
}

/** Has the fonts of the unpacked packages found, and those of this machine (fonts-conf(5)). */
async function writeFontSettings(root: string): Promise<string> {
  const file = join(root, 'fonts.conf')
  const draft = `${file}.${process.pid}`
  const lines = [
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    `<dir>${join(root, 'usr/share/fonts')}</dir>`,
    '<dir>/usr/share/fonts</dir>',
    // What sans-serif and monospace are; not all that lies there, which includes opposites.
    ...['45-latin.conf', '60-latin.conf'].map(
      (name) => `<include>${join(root, 'usr/share/fontconfig/conf.avail', name)}</include>`,
    ),
    '<cachedir prefix="xdg">fontconfig</cachedir>',
    '</fontconfig>',
  ]
  await writeFile(draft, `${lines.join('\n')}\n`)
  await rename(draft, file)
  return file
}

function archName(): string {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64'
}
