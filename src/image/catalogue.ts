import { byText } from '../lib/by-text.ts'
import { nearestName } from '../lib/nearest-name.ts'
import type { CatalogueEntry } from './catalogue-entry.ts'
import { CLOUD_ARCHIVES } from './catalogue/cloud-archives.ts'
import { DEBIAN_PACKAGES } from './catalogue/debian-packages.ts'
import { DEVELOPMENT_ARCHIVES } from './catalogue/development-archives.ts'
import { LANGUAGE_PACKAGES } from './catalogue/language-packages.ts'
import { META_ENTRIES } from './catalogue/meta-entries.ts'
import { RUNTIMES } from './catalogue/runtimes.ts'
import { SCRIPTS } from './catalogue/scripts.ts'
import { TERMINAL_ARCHIVES } from './catalogue/terminal-archives.ts'

/** Every name that `dependencies` may hold without a prefix, sorted. */
export const CATALOGUE: ReadonlyMap<string, CatalogueEntry> = new Map(
  Object.entries<CatalogueEntry>({
    ...CLOUD_ARCHIVES,
    ...DEBIAN_PACKAGES,
    ...DEVELOPMENT_ARCHIVES,
    ...LANGUAGE_PACKAGES,
    ...META_ENTRIES,
    ...RUNTIMES,
    ...SCRIPTS,
    ...TERMINAL_ARCHIVES,
  }).sort(byText(([name]) => name)),
)

/** What things are called elsewhere → what they are called here. */
export const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'aws-cli': 'aws',
    awscli: 'aws',
    claude: 'claude-code',
    codex: 'codex-cli',
    gcp: 'gcloud',
    golang: 'go',
    'google-cloud-sdk': 'gcloud',
    kubernetes: 'k8s',
    nodejs: 'node',
    pg: 'psql',
    postgres: 'psql',
    postgresql: 'psql',
    py: 'python',
    python3: 'python',
    redis: 'redis-cli',
    rg: 'ripgrep',
    sqlite: 'sqlite3',
    tsc: 'typescript',
  }),
)

/** An entry, and its own name when it was looked up by another. */
export type Found = { name: string; entry: CatalogueEntry; alias?: string }

/** Looks a name up, aliases included. */
export function findEntry(asked: string): Found | undefined {
  const name = ALIASES.get(asked) ?? asked
  const entry = CATALOGUE.get(name)
  return entry && { name, entry, ...(name !== asked && { alias: asked }) }
}

/** The name that was probably meant. */
export function nearestEntry(asked: string): string | undefined {
  const near = nearestName(asked, [...CATALOGUE.keys(), ...ALIASES.keys()])
  return near === undefined ? undefined : (ALIASES.get(near) ?? near)
}
