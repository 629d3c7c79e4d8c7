import { describe, expect, test } from 'bun:test'
import { problemsOf } from './reading.ts'

const MISTAKES: readonly [text: string, what: string, fix: string][] = [
  ['env:\n\tA: b', '2:1: a tab is used for indentation', 'indent with spaces'],
  ['command: [a, b\n', '2:1: a [ or { is not closed', 'close it'],
  [
    'name: a\n ports: b\n',
    '1:7: a value holds ": ", or a line is indented by mistake',
    'put a value that holds ": " in quotes',
  ],
  [
    'command: echo a: b',
    '1:10: a value holds ": ", or a line is indented by mistake',
    'put a value that holds ": " in quotes',
  ],
  ['name\nagent: b', '1:1: a line has no "key: value"', 'write a colon and a space after the key'],
  [
    'dependencies: [@scope/a]',
    '1:16: a value begins with a character that YAML keeps for itself',
    'put the value in quotes',
  ],
  ['agent: "a\n', '2:1: a quote is not closed', 'close it'],
  [
    'agent: "\\q"',
    '1:9: a text in double quotes holds an unknown escape',
    'write \\\\ for a backslash, or use single quotes',
  ],
  [
    'name: a\n---\nname: b\n',
    '2:1: the file holds several documents',
    'keep one, without a second ---',
  ],
  ['name: *a', '1:7: "*a" refers to nothing above it', 'put it in quotes if it is a text'],
  ['command: &a [*a]', '1:14: "*a" contains itself', 'write the value out'],
  ['name: !secret a', '1:15: the tag "!secret" has no meaning here', 'remove it'],
  ['env: !!set { A }', '1:12: the tag "!!set" has no meaning here', 'remove it'],
  ['env: { <<: { A: b } }', '1:8: merge keys (<<) have no meaning here', 'write the keys out'],
  ['env: { __proto__: a }', '1:8: key "__proto__" cannot be used', 'choose another'],
  ['? [a]\n: b', '1:3: a key is not a plain text', 'write it like key: value'],
  ['name: a\nname: b', '2:1: key "name" is written twice, first on line 1', 'keep one of them'],
  ['env: { 1: a, "1": b }', '1:14: key "1" is written twice, first on line 1', 'keep one of them'],
]

describe('what is not YAML, or more of it than is read', () => {
  test.each(MISTAKES)('%j', (text, what, fix) => {
    expect(problemsOf(text)).toEqual([`agent.yaml:${what} | ${fix}`])
  })

  test('values nested without end are one problem', () => {
    expect(problemsOf(`env: ${'['.repeat(100)}${']'.repeat(100)}`)).toEqual([
      'agent.yaml:1:26: values are nested more than 20 deep | make the file simpler',
    ])
    expect(problemsOf('['.repeat(400_000)).at(0)).toStartWith('agent.yaml:1:')
  })

  test('aliases that blow up are one problem', () => {
    const lines = ['command: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level <= 9; level += 1) {
      const alias = `*a${level - 1}`
      lines.push(`k${level}: &a${level} [${Array.from({ length: 10 }, () => alias).join(', ')}]`)
    }
    const problems = problemsOf(lines.join('\n'))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toEndWith(
      'there are more than 20000 values, counting each use of an alias | make the file simpler',
    )
  })

  test('a mistake of syntax hides the ones it draws behind it on its line', () => {
    expect(problemsOf('- a\nb: c\n')).toHaveLength(1)
  })
})
