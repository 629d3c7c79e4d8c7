import { type Refusal, refused } from '../lib/parsed.ts'
import type { CatalogueEntry, MetaEntry } from './catalogue-entry.ts'

/** Why an entry cannot be had in a version; undefined when it can, as far as that is known without asking anybody. */
export function versionRefusal(
  name: string,
  entry: Exclude<CatalogueEntry, MetaEntry>,
  version: string,
): Refusal | undefined {
  if (entry.kind === 'npm' || entry.kind === 'pip' || entry.kind === 'go') return undefined
  if (entry.kind === 'apt') {
    return refused(
      `dependency ${name}@${version} has a version, but ${name} comes from Debian, which has one`,
      `write ${name}`,
    )
  }
  if (entry.kind !== 'base image' || entry.versions === undefined)
    return numberRefusal(name, entry.defaultVersion, version)
  if (isOneOf(entry.versions, version)) return undefined
  return refused(
    `dependency ${name}@${version} is not offered`,
    `write ${name}@ and one of ${entry.versions.join(', ')}, or give an image instead of dependencies`,
  )
}

/** 22.11.0 is of the line 22. */
function isOneOf(lines: readonly string[], version: string): boolean {
  const number = version.replace(/^v/, '')
  return lines.some((line) => number === line || number.startsWith(`${line}.`))
}

/** Versions of these become part of a URL or a tag: nothing there is called "newest". */
function numberRefusal(name: string, defaultVersion: string, version: string): Refusal | undefined {
  if (version === defaultVersion || /^v?\d/.test(version)) return undefined
  return refused(
    `dependency ${name}@${version} has no number as its version`,
    /^\d/.test(defaultVersion) ? `write it like ${name}@${defaultVersion}` : `write ${name}`,
  )
}
