import { posix, resolve } from 'node:path'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { quoted } from '../lib/quoted.ts'

/** A folder or file of this machine inside the container. */
export type Mount = {
  /** As written: absolute, relative to the workspace, or below `~`. */
  source: string
  /** Absolute and normalised. */
  target: string
  readonly: boolean
}

/** Where the workspace itself is mounted. */
export const WORKSPACE_TARGET = '/workspace'

/** What the kernel fills in the container; a mount over it breaks the container or its isolation. */
const KERNEL_FOLDERS = ['/proc', '/sys', '/dev']

const SHORT_FORM = 'write source:target or source:target:ro'

/** Reads `source:target[:ro|rw]`, the value of `--mount` and an entry of `mounts`. */
export function parseMount(text: string): Parsed<Mount> {
  const [source = '', target, mode = 'rw', ...more] = text.split(':')
  if (target === undefined) return refused(`mount ${quoted(text)} has no target`, SHORT_FORM)
  if (more.length > 0) {
    return refused(
      `mount ${quoted(text)} has too many colons`,
      'write paths that hold a colon as { source: …, target: … } in agent.yaml',
    )
  }
  if (mode !== 'ro' && mode !== 'rw') {
    return refused(`mount ${quoted(text)} has the unknown option ${quoted(mode)}`, SHORT_FORM)
  }
  const checkedSource = parseMountSource(source)
  if (!checkedSource.ok) return checkedSource
  const checkedTarget = parseMountTarget(target)
  if (!checkedTarget.ok) return checkedTarget
  return parsed({
    source: checkedSource.value,
    target: checkedTarget.value,
    readonly: mode === 'ro',
  })
}

export function parseMountSource(text: string): Parsed<string> {
  if (text === '')
    return refused('a mount has an empty source', 'name a folder or file, like ./data')
  if (text.includes('\0'))
    return refused(`mount source ${quoted(text)} holds a NUL character`, 'remove the character')
  if (/^~[^/]/.test(text)) {
    return refused(
      `mount source ${quoted(text)} means the home folder of another user`,
      `write its path in full, or ./${text} for a file of that name`,
    )
  }
  return parsed(text)
}

export function parseMountTarget(text: string): Parsed<string> {
  if (!text.startsWith('/')) {
    return refused(
      `mount target ${quoted(text)} is not absolute`,
      'name the place inside the container, like /data',
    )
  }
  if (text.includes('\0'))
    return refused(`mount target ${quoted(text)} holds a NUL character`, 'remove the character')
  const target = posix.resolve(text)
  if (target === '/')
    return refused(`mount target ${quoted(text)} is the whole container`, 'name a folder below /')
  if (target === WORKSPACE_TARGET) {
    return refused(
      `mount target ${quoted(text)} is where the project itself is`,
      `choose another target, or one below it like ${WORKSPACE_TARGET}/data`,
    )
  }
  const kernelFolder = KERNEL_FOLDERS.find((folder) => isWithin(target, folder))
  if (kernelFolder === undefined) return parsed(target)
  return refused(
    `mount target ${quoted(text)} is in ${kernelFolder}, which belongs to the kernel`,
    'choose another target',
  )
}

/**
 * The absolute path that a mount's source names; links are not followed.
 * @param base what relative sources start from: the workspace for agent.yaml, the working directory for a flag
 */
export function resolveMountSource(
  source: string,
  { base, homeDir }: { base: string; homeDir: string },
): string {
  if (source === '~') return homeDir
  if (source.startsWith('~/')) return resolve(homeDir, source.slice(2))
  return resolve(base, source)
}

/** Whether a normalised path is a folder or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
