import { closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs'
import { errorCode, UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import type { Libc } from '../platform/libc.ts'
import { ATTRIBUTE, bindMount, setMountAttributes } from '../platform/linux-mounts.ts'

/** open(2): only names the file, whatever may be done with it. */
const O_PATH = 0o10_000_000

/**
 * Binds a file or folder at `target`, which is made when it is not there. A workspace holds what an agent
 * wrote, so neither path is ever followed through a link: they are walked folder by folder.
 */
export function mountInside(
  libc: Libc,
  { source, target, readonly }: { source: string; target: string; readonly: boolean },
): void {
  const from = openPath(source, 'existing')
  try {
    const to = openPath(target, fstatSync(from).isDirectory() ? 'folder' : 'file')
    try {
      bindMount(libc, `/proc/self/fd/${from}`, `/proc/self/fd/${to}`)
    } finally {
      closeSync(to)
    }
  } finally {
    closeSync(from)
  }
  const attributes = ATTRIBUTE.noSuid | ATTRIBUTE.noDevices | (readonly ? ATTRIBUTE.readOnly : 0)
  setMountAttributes(libc, target, attributes)
}

/** A descriptor of a path none of whose parts is a link; missing parts are made unless it must exist. */
function openPath(path: string, kind: 'existing' | 'folder' | 'file'): number {
  const parts = path.split('/').filter(Boolean)
  let folder = openSync('/', O_PATH)
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1
    const name = `/proc/self/fd/${folder}/${part}`
    try {
      if (kind !== 'existing') make(name, isLast && kind === 'file')
      const next = openSync(name, O_PATH | constants.O_NOFOLLOW)
      if (fstatSync(next).isSymbolicLink()) {
        closeSync(next)
        throw new UserError(`${quoted(path)} leads through the link ${quoted(part)}`, {
          fix: 'mount at a path without links',
        })
      }
      closeSync(folder)
      folder = next
    } catch (error) {
      closeSync(folder)
      throw errorCode(error) === 'ENOENT' && kind !== 'existing' ? notMade(path, error) : error
    }
  }
  return folder
}

/** A missing part was not made: it would be in a folder of this machine, which is shown read-only. */
function notMade(path: string, cause: unknown): UserError {
  return new UserError(
    `nothing can be mounted at ${quoted(path)}: it is not there, and this machine's folders are read-only inside`,
    { fix: 'mount it below /workspace, /home/agent, /tmp or /run', cause },
  )
}

function make(path: string, isFile: boolean): void {
  try {
    if (isFile) closeSync(openSync(path, 'wx', 0o644))
    else mkdirSync(path)
  } catch (error) {
    // EROFS: the host's own folders are there already, or cannot be had.
    if (errorCode(error) !== 'EEXIST' && errorCode(error) !== 'EROFS') throw error
  }
}
