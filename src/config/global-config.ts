import { z } from 'zod'
import { parsePort } from '../lib/port-number.ts'
import { type ConfigResult, resultOf } from './problem.ts'
import { RUNTIME_KINDS, type RuntimeChoice, SANDBOX_MODES, type SandboxMode } from './choices.ts'
import { type SchemaGuide, schemaProblems } from './schema-problems.ts'
import { readTextFile } from './text-file.ts'
import { section, textAs } from './text-schema.ts'
import { readYaml } from './yaml-tree.ts'

/** `~/.agentops/config.yaml`: what one user wants for all projects. */
export type GlobalConfig = {
  proxyPort: number | undefined
  runtime: RuntimeChoice | undefined
  sandbox: SandboxMode | undefined
}

const EXAMPLES: SchemaGuide['examples'] = {
  '': 'write keys and values, like runtime: docker',
  proxy: 'write it like proxy: { port: 8080 }',
}

/** Reads config.yaml: the configuration, or every problem in it. No file means nothing is set. Never throws. */
export function loadGlobalConfig(
  input: { path: string; file: string } | { text: string; file: string },
): ConfigResult<GlobalConfig> {
  const { file } = input
  if ('text' in input) return readGlobalConfig(input.text, file)
  const read = readTextFile(input.path, file)
  if (read.kind === 'unreadable') return { ok: false, problems: [read.problem] }
  return readGlobalConfig(read.kind === 'text' ? read.text : '', file)
}

function readGlobalConfig(text: string, file: string): ConfigResult<GlobalConfig> {
  const { tree, problems } = readYaml(text, file)
  const nothing = { proxyPort: undefined, runtime: undefined, sandbox: undefined }
  if (tree === undefined) return resultOf(() => nothing, problems)
  const proxy = z.strictObject({ port: textAs((port) => parsePort(port)).optional() })
  const root = z.strictObject({
    proxy: section(proxy),
    runtime: z.enum(RUNTIME_KINDS).optional(),
    sandbox: z.enum(SANDBOX_MODES).optional(),
  })
  const decoded = root.safeParse(tree.value ?? {}, { reportInput: true, jitless: true })
  if (!decoded.success) {
    const keys = { '': Object.keys(root.shape), proxy: Object.keys(proxy.shape) }
    const guide = { file, keys, examples: EXAMPLES, otherNames: { port: 'proxy.port' } }
    problems.push(...schemaProblems(decoded.error, tree, guide))
    return resultOf(() => nothing, problems)
  }
  const { proxy: proxyValues, runtime, sandbox } = decoded.data
  return resultOf(() => ({ proxyPort: proxyValues?.port, runtime, sandbox }), problems)
}
