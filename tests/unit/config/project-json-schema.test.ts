import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { describedPlaces, projectJsonSchema } from '../../../src/config/project-json-schema.ts'
import { projectSchema } from '../../../src/config/project-schema.ts'
import { CATALOGUE } from '../../../src/image/catalogue.ts'
import { fits, propertiesOf } from './json-schema-check.ts'
import { problemsOf } from './reading.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')
const schema = projectJsonSchema([...CATALOGUE.keys()])

/** Every whole agent.yaml in the documents. */
const documented = ['docs/reference/agent-yaml.md', 'docs/concepts/dependencies.md', 'README.md']
  .map((file) => readFileSync(join(projectDir, file), 'utf8'))
  .flatMap((markdown) => [...markdown.matchAll(/^```yaml\n([\s\S]*?)^```/gm)])
  .map(([, text = '']) => text)
  .filter((text) => !text.includes('proxy:'))

describe('the JSON Schema of agent.yaml', () => {
  test('is the one in docs/reference; when this fails: agent schema > docs/reference/agent.schema.json', () => {
    const kept: unknown = JSON.parse(
      readFileSync(join(projectDir, 'docs/reference/agent.schema.json'), 'utf8'),
    )
    expect(kept).toEqual(schema)
  })

  test('has every key that is read, each with a description', () => {
    const properties = propertiesOf(schema)
    const read = Object.entries(projectSchema().maps).flatMap(([path, map]) =>
      Object.keys(map.shape).map((key) => (path === '' ? key : `${path}.${key}`)),
    )
    expect(properties.map(({ path }) => path).sort()).toEqual(read.sort())
    expect([...describedPlaces()].sort()).toEqual(read)
    for (const property of properties) expect(property.schema).toHaveProperty('description')
  })

  test('accepts every agent.yaml in the documents', () => {
    expect(documented.length).toBeGreaterThan(15)
    for (const text of documented) {
      expect({ text, problems: problemsOf(text) }).toEqual({ text, problems: [] })
      expect({ text, fits: fits(schema, parse(text)) }).toEqual({ text, fits: true })
    }
  })

  test.each([
    'runtime: { python: 3.10, node: "22" }',
    'ports:\nenv: { A: 1, B: true, C: "" }\ncommand: [sleep, 5]',
    'mounts: ["a:/a", { source: b, target: /b, readonly: true }]',
    'container: { cpus: 2, memory: 512m, pids: 100, apple: { builder_dns: [1.1.1.1] } }',
    'dependencies: [gh, "npm:@scope/tool@1.2"]',
  ])('accepts what is read: %j', (text) => {
    expect(problemsOf(text)).toEqual([])
    expect(fits(schema, parse(text))).toBe(true)
  })

  test.each([
    'prots: { web: 1 }',
    'ports: [3000]',
    'ports: { web: true }',
    'sandbox: gvizor',
    'home: { a: b }',
    'mounts: [{ source: a }]',
    'command: []',
    'network: { polizy: strict }',
    'dependencies: [[node]]',
  ])('refuses what is not: %j', (text) => {
    expect(problemsOf(text)).not.toEqual([])
    expect(fits(schema, parse(text))).toBe(false)
  })
})
