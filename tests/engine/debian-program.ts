import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { cacheFolder } from './engine-paths.ts'
import { toolSuite } from './engine-suites.ts'
import { unpackPackages } from './private-packages.ts'
import { stepLog } from './step-log.ts'
import { toolFolderFormat, writeToolFolder } from './tool-folder.ts'

/**
 * The path of a program that tests drive: this machine's own, else, where the test bed may bring its programs along
 * (AGENT_TEST_ENGINE), one unpacked from its Debian package into the cache folder. Undefined when there is none.
 */
export async function debianProgram(
  program: string,
  packageName: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const own = programInPath(program, env['PATH'] ?? '')
  if (own !== undefined) return own
  if ((env['AGENT_TEST_ENGINE'] ?? '') === '') return undefined
  const cacheDir = cacheFolder(env)
  const set = { debianSuite: toolSuite, packages: [packageName], withDependencies: true }
  const root = await unpackPackages(set, cacheDir, stepLog(program))
  const id = createHash('sha256')
    .update(`${basename(root)} ${toolFolderFormat}`)
    .digest('hex')
  const folder = join(cacheDir, 'terminal', id.slice(0, 12))
  const path = join(await writeToolFolder(folder, [{ root, leave: [] }]), program)
  return existsSync(path) ? path : undefined
}

function programInPath(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
