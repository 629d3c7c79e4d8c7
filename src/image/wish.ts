import { type Dependency, formatDependency, type PackageManager } from '../config/dependency.ts'
import type { Position } from '../config/problem.ts'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import type { CatalogueEntry, MetaEntry, PackageEntry } from './catalogue-entry.ts'
import { findEntry, nearestEntry } from './catalogue.ts'
import { MANAGER_REQUIRES, packageName } from './package-managers.ts'
import { versionRefusal } from './version-refusal.ts'

/** One thing that somebody wants in an image. */
export type Wish = {
  what:
    | { kind: 'entry'; name: string; entry: ImageEntry }
    | { kind: 'package'; manager: PackageManager; name: string }
  /** Absent: any. */
  version?: string
  /** In place of a version that nobody asks for; absent: the newest. */
  defaultVersion?: string
  requires: readonly string[]
  /** As in agent.yaml. */
  asked: string
  at?: Position
}

/** What stays of the catalogue once packages of a language and meta entries are taken apart. */
export type ImageEntry = Exclude<CatalogueEntry, PackageEntry | MetaEntry>

/** A dependency, and where it is written. */
export type AskedDependency = Dependency & { at?: Position }

/** Reads one dependency as what it stands for: aliases resolved, meta entries taken apart. */
export function wishesFor(
  dependency: Exclude<AskedDependency, { kind: 'docker' }>,
): Parsed<Wish[]> {
  const asked = formatDependency(dependency)
  const origin = { asked, ...(dependency.at && { at: dependency.at }) }
  const { version } = dependency
  if (dependency.kind === 'package') {
    const wish = { ...packageWish(dependency.manager, dependency.name), ...origin }
    return parsed([withVersion(wish, version)])
  }
  const found = findEntry(dependency.name)
  if (found === undefined) return unknownName(dependency.name, version)
  const { name, entry } = found
  if (entry.kind === 'meta') return metaWishes(entry, { name, version, origin })
  const refusal = version === undefined ? undefined : versionRefusal(name, entry, version)
  return refusal ?? parsed([withVersion({ ...entryWish(name, entry), ...origin }, version)])
}

/** What is added because something else requires it. */
export function requiredWish(name: string, { asked, at }: WishOrigin): Wish {
  const found = findEntry(name)
  if (found === undefined || found.entry.kind === 'meta')
    throw new Error(`the catalogue requires ${name}, which it does not have`)
  return { ...entryWish(name, found.entry), asked, ...(at && { at }) }
}

/** Who to name in a problem. */
type WishOrigin = Pick<Wish, 'asked' | 'at'>

type WishWithoutOrigin = Omit<Wish, keyof WishOrigin>

function entryWish(name: string, entry: Exclude<CatalogueEntry, MetaEntry>): WishWithoutOrigin {
  if (entry.kind === 'npm' || entry.kind === 'pip' || entry.kind === 'go')
    return packageWish(entry.kind, entry.package)
  return {
    what: { kind: 'entry', name, entry },
    requires: entry.requires ?? [],
    ...(entry.kind !== 'apt' && { defaultVersion: entry.defaultVersion }),
  }
}

function packageWish(manager: PackageManager, name: string): WishWithoutOrigin {
  return {
    what: { kind: 'package', manager, name: packageName(manager, name) },
    requires: MANAGER_REQUIRES[manager],
  }
}

/** Numbers as what they go into spells them: `v1.2` for Go modules, `1.2` for the catalogue. */
function withVersion(wish: Wish, asked: string | undefined): Wish {
  if (asked === undefined) return wish
  const number = asked.replace(/^v(?=\d)/, '')
  if (wish.what.kind === 'entry') return { ...wish, version: number }
  const isGoNumber = wish.what.manager === 'go' && /^\d/.test(number)
  return { ...wish, version: isGoNumber ? `v${number}` : asked }
}

function metaWishes(
  entry: MetaEntry,
  meta: { name: string; version: string | undefined; origin: WishOrigin },
): Parsed<Wish[]> {
  const { name, version, origin } = meta
  if (version !== undefined) {
    return refused(
      `dependency ${origin.asked} has a version, but ${name} is several tools`,
      `write ${name}, or one of ${entry.members.join(', ')} with a version`,
    )
  }
  return parsed(entry.members.map((member) => requiredWish(member, origin)))
}

function unknownName(name: string, version: string | undefined): Parsed<never> {
  const near = nearestEntry(name)
  return refused(
    `dependency ${name} is not in the catalogue`,
    near === undefined
      ? 'agent deps list'
      : `did you mean ${version === undefined ? near : `${near}@${version}`}?`,
  )
}
