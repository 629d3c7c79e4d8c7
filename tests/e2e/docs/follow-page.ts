import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Desk } from './desk.ts'
import { type Step, stepsOf } from './page.ts'
import { firstMissing } from './shown-output.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')

/** How one page is followed. */
export type PageGuide = {
  /** Path from the project's folder. */
  page: string
  /** What a reader has done before the commands under a heading. */
  before?: Readonly<Record<string, (desk: Desk) => Promise<void> | void>>
  /** Commands that are not typed here, each with why. */
  notTyped?: Readonly<Record<string, string>>
  /** Commands whose output is the machine's own; only their exit code is looked at. */
  onlyTyped?: readonly string[]
}

export type Followed = { typed: number; notTyped: readonly string[]; problems: readonly string[] }

/** The Markdown pages of this project, as paths from its folder. */
export function pagesOfProject(): string[] {
  const all = ['.', 'docs', 'examples'].flatMap((folder) =>
    readdirSync(join(projectDir, folder), { recursive: folder !== '.', encoding: 'utf8' }).map(
      (file) => join(folder, file),
    ),
  )
  return all.filter((file) => file.endsWith('.md')).toSorted()
}

/** The commands a page shows. */
export function stepsOfPage(page: string): Step[] {
  return stepsOf(readFileSync(join(projectDir, page), 'utf8'))
}

/** Types every command of a page, in its order, and compares what they print with what the page shows. */
export async function followPage(guide: PageGuide): Promise<Followed> {
  const { page, before = {}, notTyped = {}, onlyTyped = [] } = guide
  await using desk = await Desk.open()
  const steps = stepsOfPage(page)
  const problems = unknownNames(steps, guide)
  const left: string[] = []
  let section: string | undefined
  for (const step of steps) {
    if (step.section !== section) {
      section = step.section
      desk.enter('.')
      await before[section]?.(desk)
    }
    const reason = notTyped[step.command]
    if (reason !== undefined) left.push(`${step.command} (${reason})`)
    else {
      const shown = onlyTyped.includes(step.command) ? [] : step.shown
      const problem = await typed({ ...step, shown }, desk)
      if (problem !== undefined) problems.push(`${page}:${step.line}: ${problem}`)
    }
  }
  return { typed: steps.length - left.length, notTyped: left, problems }
}

/** A guide that speaks of what the page has no longer. */
function unknownNames(
  steps: readonly Step[],
  { page, before, notTyped, onlyTyped }: PageGuide,
): string[] {
  const sections = new Set(steps.map(({ section }) => section))
  const commands = new Set(steps.map(({ command }) => command))
  return [
    ...Object.keys(before ?? {}).filter((section) => !sections.has(section)),
    ...[...Object.keys(notTyped ?? {}), ...(onlyTyped ?? [])].filter(
      (command) => !commands.has(command),
    ),
  ].map((name) => `${page} has no commands under, or no command: ${name}`)
}

async function typed({ command, shown }: Step, desk: Desk): Promise<string | undefined> {
  const [, service, agent] = /^curl .*?\b([a-z]+)\.([a-z-]+)\.localhost/.exec(command) ?? []
  if (agent !== undefined && service !== undefined) await desk.listens(agent, service)
  const isEnough = (text: string): boolean =>
    firstMissing(shown, text) === undefined && (/ started \(run_/.test(text) || !isRun(command))
  const isError = shown.some((line) => line.startsWith('error: '))
  const stays = !isError && staysInFront(command)
  const { code, text } = await desk.type(command, stays ? isEnough : undefined)
  const missing = firstMissing(shown, text)
  const told = `$ ${command}\n${text.replaceAll(/^/gm, '    ')}`
  if (missing !== undefined) return `does not print ${JSON.stringify(missing)}:\n${told}`
  const expected = isError ? [1, 2, 125] : stays ? [0, 130] : [0]
  return expected.includes(code)
    ? undefined
    : `exit code ${code}, not ${expected.join(' or ')}:\n${told}`
}

/** Commands that a reader ends with Ctrl-C. */
function staysInFront(command: string): boolean {
  if (/^agent logs (-f|--follow)/.test(command)) return true
  return isRun(command) && !/ (-d|--dry-run|--)( |$)/.test(command)
}

function isRun(command: string): boolean {
  return /^(\w+=\S+ )*agent run\b/.test(command)
}
