import { describe, expect, test } from 'bun:test'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommandLine } from '../docs/parse-command-line.ts'

const SOURCE = join(import.meta.dirname, '../../../src')

/** Texts that begin with the program's name and propose nothing. */
const NO_PROPOSALS = [/^agent "/, /^agent something \(/, /^agent name$/]

/** Every string of the source that tells the user to type one of our commands. */
function proposals(): { file: string; text: string }[] {
  return globSync('**/*.ts', { cwd: SOURCE })
    .sort()
    .flatMap((file) => {
      const code = readFileSync(join(SOURCE, file), 'utf8')
        .replaceAll(/\/\*[\s\S]*?\*\//g, '')
        .replaceAll(/^\s*\/\/.*$/gm, '')
        // Whatever is put in is a name, a number or a path.
        .replaceAll(/\$\{[^{}]*\}/g, 'something')
      return [...code.matchAll(/(['"`])((?:sudo )?agent (?:\\.|(?!\1).)*)\1/g)]
        .map(([, , text = '']) => ({ file, text }))
        .filter(({ text }) => !NO_PROPOSALS.some((pattern) => pattern.test(text)))
    })
}

/** The command lines in a proposal: `agent run -d, then agent logs -f <run>` has two. The rest is prose. */
function commandLines(text: string): string[][] {
  return text
    .split(/[,;] /)
    .map((part) => part.replace(/^then /, ''))
    .filter((part, index) => index === 0 || /^(?:sudo )?agent /.test(part))
    .map((part) =>
      part
        .replace(/^sudo /, '')
        .replaceAll(/<[^>]*>/g, 'something')
        .split(' ')
        .slice(1),
    )
}

describe('a command that a message proposes', () => {
  test('is found', () => {
    const texts = proposals().map(({ text }) => text)
    expect(texts.length).toBeGreaterThan(25)
    expect(texts).toContain('agent run --name <another name>')
    expect(texts).toContain('sudo agent proxy start --port=something')
    expect(commandLines('agent run -d, then agent logs -f <run>')).toEqual([
      ['run', '-d'],
      ['logs', '-f', 'something'],
    ])
  })

  test.each(proposals())('is one that can be typed: $text ($file)', async ({ text }) => {
    for (const words of commandLines(text)) {
      expect({ words, against: await parseCommandLine(words) }).toEqual({
        words,
        against: undefined,
      })
    }
  })
})
