import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { loadProjectConfig } from '../../../src/config/load-project-config.ts'
import { problemError } from '../../../src/config/problem.ts'
import { isDnsLabel } from '../../../src/lib/dns-label.ts'
import { configOf } from './reading.ts'

const KEYS = [
  'name',
  'agent',
  'version',
  'runtime',
  'dependencies',
  'image',
  'command',
  'ports',
  'env',
  'mounts',
  'interactive',
  'home',
  'sandbox',
  'network',
  'container',
  'policy',
  'allow',
  'user',
  'memory',
  'cpus',
  'pids',
  'apple',
  'builder_dns',
  'source',
  'target',
  'readonly',
  'node',
  'python',
  'constructor',
  '__proto__',
  '<<',
]

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/).filter(isDnsLabel)

/** Trees of our keys and of others, with values that are sometimes right. */
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      fc.constantFrom(
        null,
        true,
        'docker',
        'image',
        'strict',
        '2g',
        'node@22',
        './a:/b',
        '1.1.1.1',
        8080,
      ),
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.double(),
      label,
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('tree'), { maxKeys: 6 }),
  ),
}))

/** Pieces of YAML syntax in any order. */
const fragments = fc
  .array(
    fc.oneof(
      fc.constantFrom(...KEYS.map((key) => `${key}: `)),
      fc.constantFrom(
        '\n',
        '  ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '"',
        "'",
        '&a ',
        '*a',
        '!!x ',
        '|\n',
        '---\n',
        '\t',
        '# ',
        '? ',
        ': ',
        '%',
        '\r',
        '\0',
        '\ufeff',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

function expectValueOrProblems(
  input: { text: string } | { bytes: Uint8Array },
  text: string,
): void {
  const result = loadProjectConfig({ ...input, file: 'agent.yaml' })
  if (result.ok) return
  const lines = text.split('\n')
  for (const problem of result.problems) {
    const message = problemError(problem).message
    expect(message).toStartWith('agent.yaml')
    expect(message).not.toMatch(/\p{Cc}/u)
    expect(problem.fix).not.toBe('')
    const { line, column } = problem.at ?? { line: 1, column: 1 }
    expect(line).toBeWithin(1, lines.length + 1)
    expect(column).toBeWithin(1, (lines[line - 1]?.length ?? 0) + 2)
  }
}

describe('whatever agent.yaml holds', () => {
  test('trees of keys give a value or problems that lie in the file', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = stringify(value)
        expectValueOrProblems({ text }, text)
      }),
      { numRuns: 500 },
    )
  })

  test('pieces of syntax give a value or problems that lie in the file', () => {
    fc.assert(
      fc.property(fragments, (text) => {
        expectValueOrProblems({ text }, text)
      }),
      { numRuns: 1000 },
    )
  })

  test('bytes give a value or problems that lie in the file', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fragments.map((text) => new TextEncoder().encode(text)),
    )
    fc.assert(
      fc.property(bytes, (content) => {
        expectValueOrProblems({ bytes: content }, new TextDecoder().decode(content))
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is written is what is read', () => {
  test('names and services, in their order', () => {
    const services = fc.uniqueArray(fc.tuple(label, fc.integer({ min: 1, max: 65535 })), {
      selector: ([service]) => service,
      comparator: 'IsStrictlyEqual',
    })
    fc.assert(
      fc.property(label, services, (name, list) => {
        const ports = list.filter(
          ([, port], index) => list.findIndex(([, other]) => other === port) === index,
        )
        const lines = ports.map(([service, port]) => `  ${JSON.stringify(service)}: ${port}\n`)
        const config = configOf(`name: ${JSON.stringify(name)}\nports:\n${lines.join('')}`)
        expect(config.name).toBe(name)
        expect(config.ports).toEqual(ports.map(([service, port]) => ({ service, port })))
      }),
    )
  })

  test('variables and commands', () => {
    const text = fc
      .string({ unit: 'grapheme' })
      .filter((value) => !value.includes('\0') && value.isWellFormed())
    const env = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), text)
    const command = fc.array(text, { minLength: 1 }).filter(([program]) => program !== '')
    fc.assert(
      fc.property(env, command, (values, words) => {
        const config = configOf(stringify({ env: values, command: words }))
        expect(config.env).toEqual(values)
        expect(config.command).toEqual(words)
      }),
    )
  })
})
