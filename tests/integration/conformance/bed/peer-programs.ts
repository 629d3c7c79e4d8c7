import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { cacheFolder } from '../../../engine/engine-paths.ts'
import { toolSuite } from '../../../engine/engine-suites.ts'
import { unpackPackages } from '../../../engine/private-packages.ts'
import { stepLog } from '../../../engine/step-log.ts'
import { toolFolderFormat, writeToolFolder } from '../../../engine/tool-folder.ts'
import { type PeerKind, peerKinds } from './peer-kinds.ts'

/**
 * Where the program of each of the other proxies is: this machine's own, else one of Debian's package, which is unpacked
 * into the cache folder and not installed.
 */
export async function peerPrograms(
  env: Readonly<Record<string, string | undefined>>,
): Promise<(kind: PeerKind) => string> {
  const own = (id: string): string | null =>
    Bun.which(id, { PATH: `${env['PATH'] ?? ''}:/usr/sbin` })
  const packages = peerKinds.map(({ id }) => id).filter((id) => own(id) === null)
  const folder = packages.length === 0 ? '' : await unpackedPrograms(packages, cacheFolder(env))
  return ({ id }) => own(id) ?? join(folder, id)
}

async function unpackedPrograms(packages: readonly string[], cacheDir: string): Promise<string> {
  const set = { debianSuite: toolSuite, packages, withDependencies: true }
  const root = await unpackPackages(set, cacheDir, stepLog('proxies'))
  const id = createHash('sha256')
    .update(`${basename(root)} ${toolFolderFormat}`)
    .digest('hex')
  return writeToolFolder(join(cacheDir, 'proxies', id.slice(0, 12)), [{ root, leave: [] }])
}
