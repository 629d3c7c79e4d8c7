import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quoted } from '../lib/quoted.ts'
import { assembleProject } from './assemble-project.ts'
import { type ConfigResult, type Problem, resultOf } from './problem.ts'
import { type ProjectConfig, defaultProjectConfig } from './project-config.ts'
import { projectGuide } from './project-guide.ts'
import { ruleProblems } from './project-rules.ts'
import { projectSchema } from './project-schema.ts'
import { schemaProblems } from './schema-problems.ts'
import { decodeText, readTextFile } from './text-file.ts'
import { type YamlTree, readYaml } from './yaml-tree.ts'

/** Where an agent.yaml comes from; `file` is what messages call it. */
export type ProjectConfigInput =
  | { path: string; file: string }
  | { text: string; file: string }
  | { bytes: Uint8Array; file: string }

/**
 * Reads agent.yaml: the configuration, or every problem in it. No file means the defaults. Never throws.
 */
export function loadProjectConfig(input: ProjectConfigInput): ConfigResult<ProjectConfig> {
  const { file } = input
  if ('text' in input) return readProjectConfig(input.text, file)
  const read = 'bytes' in input ? decodeText(input.bytes, file) : readTextFile(input.path, file)
  if (read.kind === 'text') return readProjectConfig(read.text, file)
  if (read.kind === 'unreadable') return { ok: false, problems: [read.problem] }
  if ('path' in input && hasOtherSpelling(input.path)) {
    return { ok: false, problems: [otherSpelling(file)] }
  }
  return { ok: true, value: defaultProjectConfig(file) }
}

/** Only agent.yaml is read; an agent.yml beside it was meant to be, and must not be passed over in silence. */
function hasOtherSpelling(path: string): boolean {
  return existsSync(join(dirname(path), 'agent.yml'))
}

function otherSpelling(file: string): Problem {
  return {
    file: join(dirname(file), 'agent.yml'),
    what: 'a file of this name is not read',
    fix: 'rename it to agent.yaml',
  }
}

function readProjectConfig(text: string, file: string): ConfigResult<ProjectConfig> {
  const { tree, problems } = readYaml(text, file)
  if (tree === undefined) return resultOf(() => defaultProjectConfig(file), problems)
  const foreign = foreignProblem(tree, file)
  if (foreign !== undefined) return { ok: false, problems: [foreign] }
  const { root, maps } = projectSchema()
  // Compiling the schema (`jit`) takes longer than reading one file with it.
  const decoded = root.safeParse(tree.value ?? {}, { reportInput: true, jitless: true })
  const found = [
    ...ruleProblems(tree, file),
    ...(decoded.success ? [] : schemaProblems(decoded.error, tree, projectGuide(file, maps))),
  ]
  // A value that could not be read stands as nothing, which the schema would tell a second time.
  const told = new Set(problems.map(placeKey))
  const all = [...problems, ...found.filter((problem) => !told.has(placeKey(problem)))]
  return resultOf(
    () =>
      decoded.success ? assembleProject(decoded.data, tree, file) : defaultProjectConfig(file),
    all,
  )
}

function placeKey({ at }: Problem): string {
  return `${at?.line}:${at?.column}`
}

/** Docker's agent files have this name too, and a map of agents at their root. */
function foreignProblem(tree: YamlTree, file: string): Problem | undefined {
  const { keys, at } = tree.placeOf([])
  if (keys === undefined || !keys.includes('agents')) return undefined
  return {
    file,
    at: tree.placeOf(['agents']).keyAt ?? at,
    what: `the key ${quoted('agents')} shows that this file belongs to another product`,
    fix: 'rename it, and keep agent.yaml for what this product reads',
  }
}
