import { describe, expect, test } from 'bun:test'
import { doubtfulLinks, headingAnchors, relativeLinks } from '../../../scripts/check-docs.ts'
import { documentedLayers, layerTableProblems } from '../../../scripts/layer-table.ts'

describe('links of a Markdown text', () => {
  test('are those to files here, with their fragments', () => {
    const text =
      'See [a](docs/a.md#one), [b](<b c.md>), [web](https://example.com) and [mail](mailto:a@b).'
    expect(relativeLinks(`${text}\n\n[ref]: ../d.md\n`)).toEqual(['docs/a.md#one', 'b', '../d.md'])
  })

  test('to elsewhere are https, or doubtful', () => {
    const text = '[a](https://example.com/x) [b](http://example.com) [c](https://) [d](e.md)'
    expect(doubtfulLinks(text)).toEqual(['http://example.com', 'https://'])
  })

  test('are not looked for in code', () => {
    expect(relativeLinks('`[a](b.md)`\n\n```\n[c](d.md)\n```\n')).toEqual([])
  })

  test('may name the headings', () => {
    const anchors = headingAnchors(
      '# Exit codes\n\n## `agent run` & friends\n\n```\n# not this\n```\n',
    )
    expect([...anchors]).toEqual(['exit-codes', 'agent-run--friends'])
  })
})

const layerRule = (group: readonly string[]) => ({
  'no-restricted-imports': ['error', { patterns: [{ group, message: 'layer rule' }] }],
})

const config = (forbidden: readonly string[]) =>
  JSON.stringify({
    overrides: [
      { files: ['src/lib/**/*.ts'], rules: layerRule(['**/state/**']) },
      { files: ['src/state/**/*.ts'], rules: layerRule(forbidden) },
      { files: ['tests/**/*.ts'], rules: { 'no-console': 'off' } },
    ],
  })

describe('the layer table', () => {
  const table =
    '| Folder | For | May import |\n|---|---|---|\n| `src/lib` | leaves | nothing |\n| `src/state` | rows | lib |\n'

  test('is read from the document', () => {
    expect([...documentedLayers(table)]).toEqual([
      ['lib', []],
      ['state', ['lib']],
    ])
  })

  test('is the one the linter enforces, or the difference is said', () => {
    expect(layerTableProblems(table, config([]))).toEqual([])
    expect(layerTableProblems(table, config(['**/lib/**']))).toEqual([
      'layer src/state: docs/architecture.md says "lib", .oxlintrc.json enforces ""',
    ])
  })
})
