import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withCacheLock } from './cache-lock.ts'
import { run } from './run-command.ts'

export type PackageSet = {
  readonly debianSuite: string
  readonly packages: readonly string[]
  /** Also fetch the dependencies that this machine lacks (only sensible for the machine's own suite). */
  readonly withDependencies: boolean
}

/**
 * Unpacks Debian packages into the cache folder and returns the folder they are in. Nothing is installed: apt works on
 * private lists, reads the machine's package status at most, and no maintainer script runs.
 */
export async function unpackPackages(
  set: PackageSet,
  cacheDir: string,
  log: (line: string) => void,
): Promise<string> {
  const id = createHash('sha256').update(JSON.stringify(set)).digest('hex').slice(0, 12)
  const folder = join(cacheDir, 'packages', `${set.debianSuite}-${id}`)
  if (existsSync(folder)) return folder
  return withCacheLock(cacheDir, `packages-${set.debianSuite}`, async () => {
    if (existsSync(folder)) return folder
    log(`unpacking from Debian ${set.debianSuite}: ${set.packages.join(' ')}`)
    const draft = `${folder}.draft`
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    const archives = await download(set, join(cacheDir, 'apt', set.debianSuite))
    for (const archive of (await readdir(archives))
      .sort()
      .filter((file) => file.endsWith('.deb'))) {
      await run(['dpkg-deb', '-x', join(archives, archive), draft])
    }
    await rm(archives, { recursive: true })
    await rename(draft, folder)
    return folder
  })
}

/** Fetches the packages of a set with a private apt state in `folder`; returns the folder with the .deb files. */
async function download(set: PackageSet, folder: string): Promise<string> {
  const archives = join(folder, 'cache', 'archives')
  await rm(archives, { recursive: true, force: true })
  for (const made of [
    join(folder, 'etc'),
    join(folder, 'lists', 'partial'),
    join(archives, 'partial'),
  ]) {
    await mkdir(made, { recursive: true })
  }
  const sources = join(folder, 'etc', 'sources.list')
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : ''
  await writeFile(sources, `deb ${signed}${await debianMirror()} ${set.debianSuite} main\n`)
  const emptyStatus = join(folder, 'status')
  await writeFile(emptyStatus, '')
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${folder}`,
    `Dir::State::status=${set.withDependencies ? '/var/lib/dpkg/status' : emptyStatus}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'Acquire::Languages=none',
    'Acquire::Retries=3',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
  ].flatMap((option) => ['-o', option])
  const limit = { limitMs: 5 * 60_000, env: { DEBIAN_FRONTEND: 'noninteractive' } }
  await run(['apt-get', ...options, '-qq', 'update'], limit)
  if (set.withDependencies) {
    const how = [
      '-qq',
      '-y',
      '--no-install-recommends',
      '--download-only',
      '--reinstall',
      'install',
    ]
    await run(['apt-get', ...options, ...how, ...set.packages], limit)
  } else {
    await run(['apt-get', ...options, '-qq', 'download', ...set.packages], {
      ...limit,
      cwd: archives,
    })
  }
  return archives
}

/** The Debian mirror this machine uses, else Debian's own. */
export async function debianMirror(): Promise<string> {
  for (const file of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    const text = await readFile(file, 'utf8').catch(() => '')
    const found = mirrorIn(text)
    if (found !== undefined) return found
  }
  return 'http://deb.debian.org/debian'
}

/** The first Debian archive (not the security one) named in an apt sources file of either format. */
export function mirrorIn(sources: string): string | undefined {
  const lines = sources.split('\n').filter((line) => /^\s*(URIs:|deb\s)/.test(line))
  const addresses = lines.flatMap((line) => line.match(/https?:\/\/\S+/g) ?? [])
  return addresses.find((address) => /\/debian\/?$/.test(address))
}
