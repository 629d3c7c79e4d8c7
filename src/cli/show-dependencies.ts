import { CATALOGUE, findEntry, nearestEntry } from '../image/catalogue.ts'
import { UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import type { AppContext } from './app-context.ts'
import { dependencyFacts } from './dependency-facts.ts'
import { formatTable } from './table.ts'

/** `agent deps list`: every name that `dependencies` may hold without a prefix. */
export function listDependencies({ output }: AppContext, { json }: { json: boolean }): void {
  const all = [...CATALOGUE].map(([name, entry]) => dependencyFacts(name, entry))
  if (json) return output.answer(JSON.stringify({ dependencies: all }, undefined, 2))
  const rows = all.map(({ name, version, kind, description }) => [
    name,
    version ?? '-',
    kind,
    description,
  ])
  for (const line of formatTable(['NAME', 'VERSION', 'KIND', 'DESCRIPTION'], rows))
    output.answer(line)
}

/** `agent deps info`: all that the catalogue knows of one name; an alias is shown as what it stands for. */
export function showDependency(
  { output }: AppContext,
  asked: string,
  { json }: { json: boolean },
): void {
  const found = findEntry(asked)
  if (found === undefined) {
    const near = nearestEntry(asked)
    throw new UserError(`${quoted(asked)} is not in the catalogue`, {
      fix: near === undefined ? 'agent deps list' : `agent deps info ${near}`,
    })
  }
  const facts = dependencyFacts(found.name, found.entry)
  if (json) return output.answer(JSON.stringify(facts, undefined, 2))
  const lines: [string, string | undefined][] = [
    ['name', facts.name],
    ['is', facts.description],
    ['homepage', facts.homepage],
    ['kind', facts.kind],
    ['version', facts.version && `${facts.version}, unless another is asked for`],
    ['versions', facts.versions?.join(', ')],
    ['members', facts.members?.join(', ')],
    ['needs', facts.requires.join(', ') || undefined],
    ['from', facts.source],
    ['compared', facts.checksum],
    ['also', facts.aliases.join(', ') || undefined],
  ]
  for (const [key, value] of lines)
    if (value !== undefined) output.answer(`${key.padEnd(10)} ${value}`)
}
