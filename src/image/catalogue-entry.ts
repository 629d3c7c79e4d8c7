/** What an engine's images are made for; the words of image platforms (`linux/amd64`). */
export type Architecture = 'amd64' | 'arm64'

/**
 * What a name in `dependencies` stands for. In the texts of an entry `{version}` is the version that is asked for
 * and `{arch}` the project's own word for the processor.
 */
export type CatalogueEntry =
  | RuntimeEntry
  | DebianEntry
  | PackageEntry
  | ArchiveEntry
  | ScriptEntry
  | MetaEntry

type EntryFacts = {
  /** One line for people, without a full stop. */
  description: string
  /** Absent for what is only a list of others. */
  homepage?: string
  /** Other names of the catalogue that have to be in the image too. */
  requires?: readonly string[]
}

/** A language: an official image, used as it is or copied into another. */
export type RuntimeEntry = EntryFacts & {
  kind: 'base image'
  defaultVersion: string
  /** Lines of versions: 22 is also 22.11 and 22.11.0. Absent: whatever begins with a number. */
  versions?: readonly string[]
  repository: string
  /** What follows the version in the tag of the image a run starts from. */
  suffix: string
  /** How it is put on debian:bookworm-slim, beside other languages. */
  beside: {
    /** A tag that stays on bookworm, because the plain ones move to newer Debian releases. */
    suffix: string
    /** Folders, which end in a slash: of those links stay links. */
    folders: readonly string[]
    /** Debian packages with the shared libraries and programs it needs. */
    packages: readonly string[]
    env: Readonly<Record<string, string>>
    /** Folders in front of PATH. */
    path: readonly string[]
  }
}

/** Packages of Debian, in the one version that Debian has. */
export type DebianEntry = EntryFacts & { kind: 'apt'; packages: readonly string[] }

/** A package of npm, of PyPI, or a program that `go install` makes; the newest when no version is asked for. */
export type PackageEntry = EntryFacts & { package: string } & (
    | { kind: 'npm' }
    | { kind: 'pip' }
    | { kind: 'go' }
  )

/** A release as its project publishes it: an archive, or a program alone. */
export type ArchiveEntry = EntryFacts & {
  kind: 'release archive'
  defaultVersion: string
  /** The format follows from the end of the URL; without an ending it is the program itself. */
  url: string
  arch?: Readonly<Record<Architecture, string>>
  /** Where the project publishes SHA-256 sums; absent when it does not. */
  checksum?: Checksum
  /** Command → file in the archive. */
  commands: Readonly<Record<string, string>>
  /** Folder of the image → folder in the archive. */
  folders?: Readonly<Record<string, string>>
  /** Further command → the command it is a link to. */
  links?: Readonly<Record<string, string>>
}

/**
 * `list`: lines of a sum and a file name, as sha256sum writes them. `single`: the sum of this one file. `bsd`: lines like
 * `SHA256 (file) = sum`.
 */
export type Checksum = { form: 'list' | 'single' | 'bsd'; url: string }

/** What needs commands of its own. */
export type ScriptEntry = EntryFacts & {
  kind: 'script'
  defaultVersion: string
  arch?: Readonly<Record<Architecture, string>>
  /** Debian packages that the commands need. */
  packages: readonly string[]
  /** One after the other, in an empty folder that is removed afterwards. */
  commands: readonly string[]
  env: Readonly<Record<string, string>>
}

/** Several names at once. */
export type MetaEntry = EntryFacts & { kind: 'meta'; members: readonly string[] }
