import { lstat, readdir, readlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { errorCode } from '../lib/errors.ts'
import { cleanPath } from '../lib/ignore-pattern.ts'
import { IgnorePatterns } from '../lib/ignore-patterns.ts'

/** More links than this on the way to one path are a circle (Linux, path_resolution(7)). */
const linkLimit = 255

/**
 * The paths that must be sent for `paths` to be readable at the other end: the symbolic links on the way
 * to each, and what they point at, inside `root` only. Undefined when that is the whole root. A path may
 * have wildcards (`COPY *.txt`). Like fsutil's FollowLinks.
 */
export async function followLinks(
  root: string,
  paths: readonly string[],
): Promise<readonly string[] | undefined> {
  const resolved = new Set<string>()
  for (const path of paths) await resolve(root, { path: relative(path), resolved, links: 0 })
  return withoutInner(resolved)
}

type Step = { path: string; resolved: Set<string>; links: number }

async function resolve(root: string, { path, resolved, links }: Step): Promise<void> {
  if (links > linkLimit) return
  const parts = path.split('/')
  for (let index = 0; index < parts.length; index++) {
    const current = parts.slice(0, index + 1).join('/')
    const rest = parts.slice(index + 1).join('/')
    const targets = await linkTargets(root, current)
    if (targets.length === 0 && rest !== '') continue
    if (resolved.has(current)) return
    resolved.add(current)
    for (const target of targets) {
      await resolve(root, { path: relative(join(target, rest)), resolved, links: links + 1 })
    }
    if (targets.length > 0) return
  }
}

/** What the links at a path, which may have a wildcard in its last part, point at. */
async function linkTargets(root: string, path: string): Promise<string[]> {
  if (!/[*?[\\]/.test(basename(path))) return linkTarget(root, path)
  const folder = dirname(path)
  const pattern = new IgnorePatterns([basename(path)])
  const names = await unlessMissing(readdir(join(root, folder)), [])
  const found: string[] = []
  for (const name of names) {
    if (!pattern.match(name).isMatched) continue
    found.push(...(await linkTarget(root, relative(join(folder, name)))))
  }
  return found
}

async function linkTarget(root: string, path: string): Promise<string[]> {
  const place = join(root, path)
  const stat = await unlessMissing(lstat(place), undefined)
  if (stat === undefined || !stat.isSymbolicLink()) return []
  const target = await unlessMissing(readlink(place), undefined)
  if (target === undefined) return []
  // An absolute link starts at the context's root, as it will in the build.
  return [target.startsWith('/') ? target : join('/', dirname(path), target)]
}

async function unlessMissing<T, U>(work: Promise<T>, missing: U): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing
    throw error
  }
}

/** Cleaned, never above the root; `.` is the root. */
function relative(path: string): string {
  const cleaned = cleanPath(`/${path}`).slice(1)
  return cleaned === '' ? '.' : cleaned
}

function withoutInner(paths: ReadonlySet<string>): readonly string[] | undefined {
  if (paths.has('.')) return undefined
  const kept: string[] = []
  for (const path of [...paths].toSorted()) {
    if (!kept.some((outer) => path.startsWith(`${outer}/`))) kept.push(path)
  }
  return kept
}
