import { describe, expect, test } from 'bun:test'
import { parseDependency } from '../../../src/config/dependency.ts'
import { LANGUAGES } from '../../../src/config/choices.ts'
import type { ArchiveEntry } from '../../../src/image/catalogue-entry.ts'
import { ALIASES, CATALOGUE, findEntry, nearestEntry } from '../../../src/image/catalogue.ts'
import { planOf } from './plans.ts'

const entries = [...CATALOGUE]
const archives = entries.flatMap(([name, entry]): [string, ArchiveEntry][] =>
  entry.kind === 'release archive' ? [[name, entry]] : [],
)

describe('the catalogue', () => {
  test('has the languages of `runtime` and what else is promised', () => {
    for (const name of LANGUAGES) expect(CATALOGUE.get(name)?.kind).toBe('base image')
    expect(CATALOGUE.size).toBe(55)
  })

  test.each(entries)('%s is a name, and asks only for what there is', (name, entry) => {
    expect(parseDependency(name)).toEqual({ ok: true, value: { kind: 'catalogue', name } })
    const others = entry.kind === 'meta' ? entry.members : (entry.requires ?? [])
    expect(others.filter((other) => !CATALOGUE.has(other))).toEqual([])
    expect(entry.kind === 'meta' || entry.homepage?.startsWith('https://')).toBe(true)
    expect(entry.description).not.toMatch(/\.$/)
    const languages = entries.flatMap(([other, { kind }]) => (kind === 'base image' ? [other] : []))
    expect(planOf(...languages, name).runtimes).toHaveLength(languages.length)
  })

  test.each([...ALIASES])('%s is another name of %s', (alias, name) => {
    expect(CATALOGUE.has(alias)).toBe(false)
    expect(findEntry(alias)).toMatchObject({ name, alias })
  })

  test('proposes the right name for a slip', () => {
    expect(nearestEntry('nodde')).toBe('node')
    expect(nearestEntry('pyhton')).toBe('python')
    expect(nearestEntry('postgrs')).toBe('psql')
    expect(nearestEntry('frobnicate')).toBeUndefined()
    expect(findEntry('constructor')).toBeUndefined()
  })
})

describe('the release archive of', () => {
  test.each(archives)('%s has both architectures at addresses of its own', (_name, entry) => {
    const { url, checksum, arch } = entry
    expect(url).toMatch(/^https:\/\//)
    expect(`${url} ${checksum?.url ?? ''}`).toContain('{arch}')
    expect(url).toContain('{version}')
    if (checksum) expect(checksum.url).toMatch(/^https:\/\//)
    if (arch) expect(arch.amd64).not.toBe(arch.arm64)
  })
})
