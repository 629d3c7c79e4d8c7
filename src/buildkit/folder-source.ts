import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

import { errorCode, UserError } from '../lib/errors.ts'

import { ContextFilter, type FolderMatch } from './context-filter.ts'
import type { ContextEntry, ContextRequest, ContextSource } from './context-source.ts'
import { goFileMode } from './file-mode.ts'
import { followLinks } from './follow-links.ts'
import type { EntryStat } from './fsutil-packet.ts'

type Folder = {
  /** Relative, empty at the top. */
  path: string
  match: FolderMatch
  /** True at the top, which is not sent at all. */
  isSent: boolean
  above?: { folder: Folder; entry: ContextEntry }
}

/** A folder on this machine as a build context. */
export class FolderSource implements ContextSource {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  async *entries(request: ContextRequest): AsyncGenerator<ContextEntry> {
    const { include, exclude, follow } = request
    const followed = follow.length === 0 ? [] : await followLinks(this.#root, follow)
    // The whole root being among what is followed means no restriction at all.
    const wanted = followed === undefined ? [] : [...include, ...followed]
    const filter = new ContextFilter({ include: wanted, exclude })
    yield* this.#walk(filter, { path: '', match: {}, isSent: true })
  }

  async *#walk(filter: ContextFilter, folder: Folder): AsyncGenerator<ContextEntry> {
    for (const path of await this.#list(folder.path)) {
      const { isWanted, descend, folder: match } = filter.judge(path, folder.match)
      // Nothing is known of what is excluded but its name, so it may be unreadable.
      const stat = isWanted || descend ? await this.#stat(path) : undefined
      const isFolder = stat?.isDirectory() === true
      if (stat === undefined || !(isWanted || isFolder)) continue
      const entry = await this.#entry(path, stat)
      if (entry === undefined) continue
      if (isWanted) {
        yield* unsentFolders(folder)
        yield entry
      }
      if (!isFolder || !descend) continue
      yield* this.#walk(filter, { path, match, isSent: isWanted, above: { folder, entry } })
    }
  }

  /** The paths of what is in a folder, none when it has vanished. */
  async #list(folder: string): Promise<string[]> {
    const place = join(this.#root, folder)
    const names = await readdir(place).catch((error: unknown) => {
      if (folder !== '' && errorCode(error) === 'ENOENT') return []
      throw unreadable(place, error)
    })
    return names
      .toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
      .map((name) => (folder === '' ? name : `${folder}/${name}`))
  }

  /** Undefined for what vanished since its folder was read. */
  async #stat(path: string): Promise<BigIntStats | undefined> {
    try {
      return await lstat(join(this.#root, path), { bigint: true })
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw unreadable(join(this.#root, path), error)
      if (!path.includes('\u{FFFD}')) return undefined
      throw new UserError(`the file name ${join(this.#root, path)} is not UTF-8`, {
        fix: 'rename it, or name it in .dockerignore',
        exitCode: 125,
      })
    }
  }

  async #entry(path: string, stat: BigIntStats): Promise<ContextEntry | undefined> {
    const place = join(this.#root, path)
    // A socket of a running program cannot be sent; the docker program leaves sockets out as well.
    if (stat.isSocket()) return undefined
    const wire: EntryStat = {
      path,
      mode: goFileMode(Number(stat.mode)),
      // Owners here mean nothing in an image: `COPY` gives what it copies to root.
      uid: 0,
      gid: 0,
      modTime: stat.mtimeNs,
      size: stat.isFile() ? stat.size : 0n,
      linkname: stat.isSymbolicLink() ? await readlink(place) : '',
      ...deviceOf(stat),
    }
    return stat.isFile() ? { stat: wire, content: { kind: 'file', path: place } } : { stat: wire }
  }
}

/** A folder in which nothing was wanted so far goes before the first that is. */
function* unsentFolders(folder: Folder): Generator<ContextEntry> {
  if (folder.isSent || folder.above === undefined) return
  yield* unsentFolders(folder.above.folder)
  folder.isSent = true
  yield folder.above.entry
}

/** Linux, makedev(3): the numbers are split around each other. */
function deviceOf(stat: BigIntStats): { devmajor?: bigint; devminor?: bigint } {
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return {}
  const { rdev } = stat
  return {
    devmajor: (rdev >> 8n) & 0xfffn,
    devminor: (rdev & 0xffn) | ((rdev >> 12n) & 0xfff00n),
  }
}

function unreadable(path: string, cause: unknown): UserError {
  return new UserError(`${path} of the build context cannot be read`, {
    fix: 'make it readable, or name it in .dockerignore',
    exitCode: 125,
    cause,
  })
}
