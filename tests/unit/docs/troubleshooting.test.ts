import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const projectDir = join(import.meta.dirname, '..', '..', '..')

/** Headings that name what is noticed rather than what is printed. */
const TOPICS = [
  'a program does not resolve web.myapp.localhost',
  'building is slow, or caches of npm and pip are not used',
  'the disk is full, or nearly',
  '`foreign` in agent clean and agent system',
]

function sources(): string {
  const folder = join(projectDir, 'src')
  const installer = readFileSync(join(projectDir, 'scripts/release/install.sh'), 'utf8')
  const program = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  return [installer, ...program].join('\n')
}

/** What of a message does not vary, in the pieces between what does. */
function steadyPieces(message: string): string[] {
  return message
    .split(/…|"[^"]*"|`[^`]*`|\d+|unix:\/\/\/|[()]/)
    .map((piece) => piece.replace(/^[ :.,]+|[ :.,]+$/g, ''))
    .filter((piece) => piece.length >= 6)
}

test('every message that troubleshooting has a heading for is one that the program prints', () => {
  const page = readFileSync(join(projectDir, 'docs', 'troubleshooting.md'), 'utf8')
  const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading)
  const program = sources()
  const unknown = headings
    .filter((heading) => !TOPICS.includes(heading))
    .flatMap((heading) => steadyPieces(heading).filter((piece) => !program.includes(piece)))
  expect(unknown).toEqual([])
  expect(headings.length).toBeGreaterThan(25)
  expect(TOPICS.filter((topic) => !headings.includes(topic))).toEqual([])
})
