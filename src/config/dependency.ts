import { nearestName } from '../lib/nearest-name.ts'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { quoted } from '../lib/quoted.ts'

/** What a run needs in its image, as asked for; what a catalogue name stands for is decided where images are built. */
export type Dependency =
  | { kind: 'catalogue'; name: string; version?: string }
  | { kind: 'package'; manager: PackageManager; name: string; version?: string }
  | { kind: 'docker'; mode: 'host' | 'dind' }

export type PackageManager = keyof typeof PACKAGE_NAMES

/** All of these end up in a Dockerfile, so none of the patterns lets through what a shell would read. */
const PACKAGE_NAMES = {
  npm: /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i,
  pip: /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?:\[[a-z0-9._-]+(?:,[a-z0-9._-]+)*\])?$/i,
  uv: /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?:\[[a-z0-9._-]+(?:,[a-z0-9._-]+)*\])?$/i,
  cargo: /^[a-z][a-z0-9_-]*$/i,
  go: /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9_-][a-z0-9._-]*)+$/i,
} as const

const CATALOGUE_NAME = /^[a-z0-9][a-z0-9_-]*$/
const VERSION = /^[a-z0-9][a-z0-9._+-]*$/i
/** A version may become part of an image tag, which has at most 128 characters. */
const VERSION_MAX = 100
const NAME_MAX = 214

const DOCKER_FIX =
  'write docker:host (the engine of this machine) or docker:dind (an engine of its own)'

/** Reads one entry of `dependencies`: `name`, `name@version`, `npm:package@version`, `docker:host`. */
export function parseDependency(text: string): Parsed<Dependency> {
  const colon = text.indexOf(':')
  if (colon >= 0) return parsePrefixed(text, text.slice(0, colon), text.slice(colon + 1))
  const { name, version } = splitVersion(text)
  if (name === 'docker') {
    return refused(`dependency ${quoted(text)} does not say which engine`, DOCKER_FIX)
  }
  if (!CATALOGUE_NAME.test(name) || name.length > NAME_MAX) {
    return refused(`dependency ${quoted(text)} is not a name`, suggestName(name))
  }
  return withVersion(text, version, (checked) => ({ kind: 'catalogue', name, ...checked }))
}

/** The one spelling of a dependency, which `parseDependency` reads back. */
export function formatDependency(dependency: Dependency): string {
  if (dependency.kind === 'docker') return `docker:${dependency.mode}`
  const version = dependency.version === undefined ? '' : `@${dependency.version}`
  const prefix = dependency.kind === 'package' ? `${dependency.manager}:` : ''
  return `${prefix}${dependency.name}${version}`
}

/** Checks the version of a dependency that is written apart from its name, as under `runtime:`. */
export function parseVersion(text: string): Parsed<string> {
  if (VERSION.test(text) && text.length <= VERSION_MAX) return parsed(text)
  return refused(`version ${quoted(text)} is not a version`, 'write it like 22 or 3.12.1')
}

function parsePrefixed(text: string, prefix: string, rest: string): Parsed<Dependency> {
  if (prefix === 'docker') return parseDocker(text, rest)
  if (!isPackageManager(prefix)) return unknownPrefix(text, prefix, rest)
  const { name, version } = splitVersion(rest)
  if (!PACKAGE_NAMES[prefix].test(name) || name.length > NAME_MAX) {
    return refused(
      `dependency ${quoted(text)} has no valid ${prefix} package name`,
      EXAMPLES[prefix],
    )
  }
  return withVersion(text, version, (checked) => ({
    kind: 'package',
    manager: prefix,
    name,
    ...checked,
  }))
}

const EXAMPLES: Readonly<Record<PackageManager, string>> = {
  npm: 'write it like npm:prettier@3.4.2 or npm:@scope/name',
  pip: 'write it like pip:requests@2.32.3',
  uv: 'write it like uv:ruff@0.8.4',
  cargo: 'write it like cargo:just@1.38.0',
  go: 'write the full path, like go:golang.org/x/tools/gopls@v0.17.1',
}

function parseDocker(text: string, mode: string): Parsed<Dependency> {
  if (mode === 'host' || mode === 'dind') return parsed({ kind: 'docker', mode })
  return refused(`dependency ${quoted(text)} names no engine`, DOCKER_FIX)
}

function isPackageManager(prefix: string): prefix is PackageManager {
  return Object.hasOwn(PACKAGE_NAMES, prefix)
}

function unknownPrefix(text: string, prefix: string, rest: string): Parsed<never> {
  const managers = Object.keys(PACKAGE_NAMES)
  if (CATALOGUE_NAME.test(prefix) && /^v?\d/.test(rest)) {
    return refused(
      `dependency ${quoted(text)} has a colon before its version`,
      `write ${prefix}@${rest}`,
    )
  }
  const near = nearestName(prefix, [...managers, 'docker'])
  return refused(
    `dependency ${quoted(text)} has an unknown prefix ${quoted(prefix)}`,
    near === undefined
      ? `the prefixes are ${managers.join(', ')} and docker`
      : `write ${near}:${rest}`,
  )
}

/** The version follows the last `@`, unless that begins the name (`@scope/name`). */
function splitVersion(text: string): { name: string; version?: string } {
  const at = text.lastIndexOf('@')
  if (at <= 0) return { name: text }
  return { name: text.slice(0, at), version: text.slice(at + 1) }
}

function withVersion(
  text: string,
  version: string | undefined,
  make: (checked: { version?: string }) => Dependency,
): Parsed<Dependency> {
  if (version === undefined) return parsed(make({}))
  const checked = parseVersion(version)
  if (checked.ok) return parsed(make({ version: checked.value }))
  return refused(
    `dependency ${quoted(text)} has no valid version after the "@"`,
    'write one version, like node@22 (no ranges)',
  )
}

function suggestName(name: string): string {
  const lowered = name.trim().toLowerCase()
  if (CATALOGUE_NAME.test(lowered)) return `write ${lowered}`
  const pinned = /^([a-z0-9][a-z0-9_-]*)\s*[=~<>^ ]+\s*v?(\d[a-z0-9._-]*)$/.exec(lowered)
  return pinned === null
    ? 'write it like node, node@22 or npm:prettier'
    : `write ${pinned[1]}@${pinned[2]}`
}
