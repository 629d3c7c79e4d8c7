import type { z } from 'zod'
import { nearestName } from '../lib/nearest-name.ts'
import { quoted } from '../lib/quoted.ts'
import type { Problem } from './problem.ts'
import type { YamlTree } from './yaml-tree.ts'
import { type YamlPath, pathText } from './yaml-value.ts'

/** What messages about one file need beside its schema. Paths are patterns: `mounts[]` is every entry. */
export type SchemaGuide = {
  file: string
  /** The keys of each map that has fixed ones; the file itself is ''. */
  keys: Readonly<Record<string, readonly string[]>>
  /** How a value looks when it is right. */
  examples: Readonly<Record<string, string>>
  /** What other tools call our keys. */
  otherNames: Readonly<Record<string, string>>
}

type Context = SchemaGuide & { tree: YamlTree }
type Issue = z.core.$ZodIssue
type IssueOf<Code extends Issue['code']> = Extract<Issue, { code: Code }>

/** What a schema found wrong (`reportInput` set) → problems in the user's words, at their places. */
export function schemaProblems(error: z.ZodError, tree: YamlTree, guide: SchemaGuide): Problem[] {
  const context = { ...guide, tree }
  return error.issues.flatMap((issue) => issueProblems(context, issue, []))
}

function issueProblems(context: Context, issue: Issue, around: YamlPath): Problem[] {
  const inner = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  const path = [...around, ...inner]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(context, path, key))
  }
  if (issue.code === 'invalid_union') return unionProblems(context, issue, path)
  return [valueProblem(context, issue, path)]
}

/** Of the forms a value may have, the one it was meant in: what is wrong there is in its text or below it. */
function unionProblems(
  context: Context,
  issue: IssueOf<'invalid_union'>,
  path: YamlPath,
): Problem[] {
  const meant = issue.errors.find(
    (issues) =>
      !issues.some(({ code, path: inner }) => code === 'invalid_type' && inner.length === 0),
  )
  if (meant !== undefined) return meant.flatMap((inner) => issueProblems(context, inner, path))
  return [problemAt(context, path, `${subjectOf(path)} ${describe(issue.input, path)}`)]
}

function valueProblem(context: Context, issue: Issue, path: YamlPath): Problem {
  if (issue.code === 'custom') {
    const fix: unknown = issue.params?.['fix']
    return problemAt(context, path, issue.message, typeof fix === 'string' ? fix : undefined)
  }
  if (issue.code === 'invalid_value') return choiceProblem(context, issue, path)
  const what = `${subjectOf(path)} ${describe(issue.input, path)}`
  if (issue.code === 'invalid_type') {
    const isKnown = issue.input !== undefined && issue.input !== null
    return problemAt(context, path, isKnown ? `${what}, not ${kindName(issue.expected)}` : what)
  }
  if (issue.code === 'too_small') return problemAt(context, path, `${subjectOf(path)} is empty`)
  return problemAt(context, path, `${what}, which is not allowed`)
}

function choiceProblem(context: Context, issue: IssueOf<'invalid_value'>, path: YamlPath): Problem {
  const choices = issue.values.map(String)
  const list = choices.join(', ')
  const shown = `${subjectOf(path)} ${describe(issue.input, path)}`
  const what = issue.input === null ? shown : `${shown}, not one of ${list}`
  const near = typeof issue.input === 'string' ? nearestName(issue.input, choices) : undefined
  return problemAt(
    context,
    path,
    what,
    near === undefined ? `write one of ${list}` : `write ${near}`,
  )
}

function unknownKey(context: Context, path: YamlPath, key: string): Problem {
  const place = context.tree.placeOf([...path, key])
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`
  return {
    file: context.file,
    at: place.keyAt ?? place.at,
    what: `unknown key ${quoted(key)}${where}`,
    fix: fixForKey(context, pattern(path), key),
  }
}

function fixForKey({ keys, otherNames }: SchemaGuide, section: string, key: string): string {
  const known = keys[section] ?? []
  const other = section === '' && Object.hasOwn(otherNames, key) ? otherNames[key] : undefined
  if (other !== undefined) return `here it is called ${other}`
  const near = nearestName(key, known)
  if (near !== undefined) return `did you mean ${near}?`
  const home = Object.keys(keys).find(
    (name) => name !== section && !name.includes('[]') && keys[name]?.includes(key),
  )
  if (home === undefined) return `the keys here are ${known.join(', ')}`
  return home === '' ? `move ${key} to the top of the file` : `move it into ${home}`
}

function problemAt(context: Context, path: YamlPath, what: string, fix?: string): Problem {
  const remedy = fix ?? context.examples[pattern(path)] ?? 'write a value or remove the key'
  return { file: context.file, at: context.tree.placeOf(path).at, what, fix: remedy }
}

function subjectOf(path: YamlPath): string {
  if (path[0] === 'env') return pathText(path).replace(/=.*/s, '')
  return path.length === 0 ? 'the file' : pathText(path)
}

/** `mounts[3].source` → `mounts[].source`. Names of the user's own become `*`. */
function pattern(path: YamlPath): string {
  if (path.length === 2 && (path[0] === 'env' || path[0] === 'ports' || path[0] === 'runtime'))
    return `${path[0]}.*`
  return pathText(path).replace(/\[\d+\]/g, '[]')
}

/** What a value is, in a few words. Values of variables are not shown: they may be secrets. */
function describe(value: unknown, path: YamlPath): string {
  if (value === undefined) return 'is missing'
  if (value === null) return 'has no value'
  if (Array.isArray(value)) return 'is a list'
  if (typeof value !== 'string') return 'is a map'
  return path[0] === 'env' ? 'is a text' : `is ${quoted(value)}`
}

function kindName(expected: string): string {
  if (expected === 'array') return 'a list'
  return expected === 'object' || expected === 'record' ? 'a map' : 'a text'
}
