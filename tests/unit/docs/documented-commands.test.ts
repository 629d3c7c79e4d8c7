import { describe, expect, test } from 'bun:test'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentedCommands } from './documented-commands.ts'
import { knownCommands, parseCommandLine } from './parse-command-line.ts'

const commands = await knownCommands()
const projectDir = join(import.meta.dirname, '..', '..', '..')

const documents = ['*.md', 'docs/**/*.md', 'examples/**/*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: projectDir }))
  .toSorted()
  .map((file) => ({ file, markdown: readFileSync(join(projectDir, file), 'utf8') }))

describe('command lines in documents', () => {
  test('are found in transcripts, shell blocks and fixes', () => {
    const text = [
      'agent prose',
      '```',
      "$ agent run -- sh -c 'a b' && echo",
      '$ curl "$(agent url myapp api)/health"',
      '$ sudo agent proxy start',
      'agent "myapp" started',
      '  fix: agent list -a',
      '```',
      '```sh',
      'agent stop --all # the rest',
      'install -m 755 dist/agent /usr/bin/agent',
      '```',
    ].join('\n')
    expect(documentedCommands(text).map(({ words }) => words)).toEqual([
      ['run', '--', 'sh', '-c', 'a b'],
      ['url', 'myapp', 'api'],
      ['proxy', 'start'],
      ['list', '-a'],
      ['stop', '--all'],
    ])
  })
})

describe('the parser accepts every command line in', () => {
  test.each(documents)('$file', async ({ file, markdown }) => {
    const problems: string[] = []
    for (const { line, text, words } of documentedCommands(markdown)) {
      const problem = await parseCommandLine(words)
      if (problem !== undefined) problems.push(`${file}:${line}: ${text}: ${problem}`)
    }
    expect(problems).toEqual([])
  })

  test('and refuses what it does not know', async () => {
    expect(await parseCommandLine(['frobnicate'])).toContain('unknown command')
    expect(await parseCommandLine(['run', '--frobnicate'])).toContain('unknown option')
    expect(await parseCommandLine(['run', '--sandbox', 'maybe'])).toContain('gvisor')
    expect(await parseCommandLine(['url'])).toContain('missing required argument')
  })
})

test('the documents that show most commands are among them', () => {
  const files = documents.map(({ file }) => file)
  expect(files).toContain('README.md')
  expect(files).toContain('docs/reference/cli.md')
})

describe('the command reference has', () => {
  const reference = readFileSync(join(projectDir, 'docs', 'reference', 'cli.md'), 'utf8')

  test.each(commands)('$name', ({ name, options }) => {
    expect(reference).toContain(`agent ${name}`)
    const missing = options.filter((option) => !new RegExp(`\`${option}[ \`]`).test(reference))
    expect(missing).toEqual([])
  })
})

test('the README sets up the project in one line each', () => {
  const readme = readFileSync(join(projectDir, 'README.md'), 'utf8').split('\n')
  expect(readme).toContain('    npm install && npm run demo')
  expect(readme).toContain('    npm install && npm test')
})
