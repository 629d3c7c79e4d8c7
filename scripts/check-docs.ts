/*
 * Every relative link in a Markdown file leads somewhere, every other one is https, and the layer table in the docs is the
 * one lint enforces.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { layerTableProblems } from './layer-table.ts'

const projectDir = join(import.meta.dirname, '..')

/** Links of a Markdown text that lead to this project's files, fragments included. */
export function relativeLinks(markdown: string): string[] {
  return linksOf(markdown).filter((link) => !hasScheme(link))
}

/** Links of a Markdown text to elsewhere that are no complete `https:` URL. */
export function doubtfulLinks(markdown: string): string[] {
  return linksOf(markdown)
    .filter(hasScheme)
    .filter((link) => !URL.canParse(link) || new URL(link).protocol !== 'https:')
}

/** Code is not looked at. */
function linksOf(markdown: string): string[] {
  const prose = withoutCodeBlocks(markdown).replace(/`[^`\n]*`/g, '')
  const links = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)]
  return links.map(([, inline, reference]) => inline ?? reference ?? '')
}

function hasScheme(link: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(link)
}

/** The fragments a Markdown text can be linked at, made from its headings as GitHub does. */
export function headingAnchors(markdown: string): Set<string> {
  const headings = [...withoutCodeBlocks(markdown).matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)]
  return new Set(
    headings.map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  )
}

function withoutCodeBlocks(markdown: string): string {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
}

/** What is wrong with the links of one file, as lines to print. */
async function brokenLinks(file: string): Promise<string[]> {
  const markdown = await readFile(join(projectDir, file), 'utf8')
  const problems = await Promise.all(
    relativeLinks(markdown).map(async (link) => {
      const [path = '', fragment] = decodeURIComponent(link).split('#')
      const target = path === '' ? file : join(dirname(file), path)
      if (!existsSync(join(projectDir, target))) return [`${file}: no such file: ${link}`]
      if (fragment === undefined || !target.endsWith('.md')) return []
      const anchors = headingAnchors(await readFile(join(projectDir, target), 'utf8'))
      return anchors.has(fragment) ? [] : [`${file}: no such heading: ${link}`]
    }),
  )
  return [
    ...problems.flat(),
    ...doubtfulLinks(markdown).map((link) => `${file}: not https: ${link}`),
  ]
}

function markdownFiles(): string[] {
  return [...new Bun.Glob('**/*.md').scanSync({ cwd: projectDir, dot: false })]
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
    .toSorted()
}

async function main(): Promise<void> {
  const broken = await Promise.all(markdownFiles().map(brokenLinks))
  const table = layerTableProblems(
    await readFile(join(projectDir, 'docs', 'architecture.md'), 'utf8'),
    await readFile(join(projectDir, '.oxlintrc.json'), 'utf8'),
  )
  const problems = [...broken.flat(), ...table]
  for (const problem of problems) console.log(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}

if (import.meta.main) await main()
