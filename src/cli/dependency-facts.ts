import type { ArchiveEntry, CatalogueEntry, RuntimeEntry } from '../image/catalogue-entry.ts'
import { ALIASES } from '../image/catalogue.ts'
import { MANAGER_REQUIRES } from '../image/package-managers.ts'

/** What the catalogue knows of a name, as people and programs are told. */
export type DependencyFacts = {
  name: string
  kind: CatalogueEntry['kind']
  description: string
  homepage?: string
  /** What an entry without a version means; absent for what has one version only. */
  version?: string
  versions?: readonly string[]
  members?: readonly string[]
  requires: readonly string[]
  /** Image, packages, or address of the archive. */
  source?: string
  checksum?: string
  aliases: readonly string[]
}

/** Collects it. */
export function dependencyFacts(name: string, entry: CatalogueEntry): DependencyFacts {
  const { kind, description, homepage } = entry
  return {
    name,
    kind,
    description,
    ...(homepage !== undefined && { homepage }),
    requires: requirementsOf(entry),
    ...detailsOf(entry),
    aliases: [...ALIASES].filter(([, target]) => target === name).map(([alias]) => alias),
  }
}

function requirementsOf(entry: CatalogueEntry): readonly string[] {
  const requires = entry.requires ?? []
  if (entry.kind !== 'npm' && entry.kind !== 'pip' && entry.kind !== 'go') return requires
  return [...requires, ...MANAGER_REQUIRES[entry.kind]]
}

type Details = Partial<DependencyFacts>

function detailsOf(entry: CatalogueEntry): Details {
  if (entry.kind === 'meta') return { members: entry.members }
  if (entry.kind === 'apt') return { source: `Debian package ${entry.packages.join(', ')}` }
  if (entry.kind === 'script') return { version: entry.defaultVersion }
  if (entry.kind === 'release archive') return archiveDetails(entry)
  if (entry.kind === 'base image') return runtimeDetails(entry)
  return { version: 'latest', source: `${entry.kind}:${entry.package}` }
}

function runtimeDetails({ defaultVersion, versions, repository, suffix }: RuntimeEntry): Details {
  return {
    version: defaultVersion,
    ...(versions && { versions }),
    source: `image ${repository}:<version>${suffix}`,
  }
}

function archiveDetails({ defaultVersion, url, checksum }: ArchiveEntry): Details {
  return {
    version: defaultVersion,
    source: url.replaceAll(/\{(\w+)\}/g, '<$1>'),
    checksum:
      checksum === undefined
        ? 'with nothing: the project publishes no SHA-256 sums'
        : 'with the SHA-256 sum that the project publishes',
  }
}
