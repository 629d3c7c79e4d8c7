import type { ArchiveEntry, Architecture, Checksum, ScriptEntry } from './catalogue-entry.ts'
import type { Chosen } from './install-plan.ts'
import { shellWord } from '../lib/shell-word.ts'

/** An empty folder while a step of the build works. */
const WORK_FOLDER = '/tmp/agent-install'

/** Debian packages that fetching and unpacking an archive needs. */
export function packagesForArchive({ url }: ArchiveEntry): readonly string[] {
  return url.endsWith('.zip') ? ['curl', 'unzip'] : ['curl']
}

/** Commands that fetch a release, compare it with the published sum and put its programs into /usr/local/bin. */
export function archiveCommands(
  { version, entry }: Chosen<ArchiveEntry>,
  architecture: Architecture,
): string[] {
  const filled = filler(entry, version, architecture)
  const url = filled(entry.url)
  const file = url.slice(url.lastIndexOf('/') + 1)
  return inWorkFolder([
    `curl -fsSL --retry 3 -O ${shellWord(url)}`,
    ...(entry.checksum === undefined ? [] : [checksumCommand(entry.checksum, file, filled)]),
    ...unpackCommands(file),
    ...Object.entries(entry.commands).map(
      ([command, path]) =>
        `install -m 0755 ${shellWord(filled(path))} /usr/local/bin/${shellWord(command)}`,
    ),
    ...Object.entries(entry.folders ?? {}).map(
      ([target, path]) => `mkdir -p ${target} && cp -R ${shellWord(filled(path))}/. ${target}`,
    ),
    ...Object.entries(entry.links ?? {}).map(
      ([link, command]) => `ln -s ${shellWord(command)} /usr/local/bin/${shellWord(link)}`,
    ),
  ])
}

/** The commands of an entry that has its own. */
export function scriptCommands(
  { version, entry }: Chosen<ScriptEntry>,
  architecture: Architecture,
): string[] {
  return inWorkFolder(entry.commands.map(filler(entry, version, architecture)))
}

function inWorkFolder(commands: readonly string[]): string[] {
  return [`mkdir ${WORK_FOLDER} && cd ${WORK_FOLDER}`, ...commands, `rm -rf ${WORK_FOLDER}`]
}

function filler(
  { arch }: Pick<ArchiveEntry, 'arch'>,
  version: string,
  architecture: Architecture,
): (text: string) => string {
  const word = arch?.[architecture] ?? architecture
  return (text) => text.replaceAll('{version}', version).replaceAll('{arch}', word)
}

/**
 * Takes the line of this file out of the sums, in a form that sha256sum reads. It fails without one, so a download of the sums
 * that failed, or a file they do not name, fails the build too.
 */
function checksumCommand(
  { form, url }: Checksum,
  file: string,
  filled: (text: string) => string,
): string {
  const fetch = `curl -fsSL --retry 3 ${shellWord(filled(url))}`
  const line = {
    list: `awk -v f=${shellWord(file)} '$2 == f || $2 == "*" f { print $1 "  " f }'`,
    single: `awk -v f=${shellWord(file)} 'NR == 1 { print $1 "  " f }'`,
    bsd: `grep -F ${shellWord(`SHA256 (${file}) = `)}`,
  }[form]
  return `${fetch} | ${line} | sha256sum -c -`
}

function unpackCommands(file: string): string[] {
  if (file.endsWith('.zip')) return [`unzip -q ${shellWord(file)}`]
  return file.endsWith('.tar.gz') ? [`tar -xzf ${shellWord(file)} --no-same-owner`] : []
}
