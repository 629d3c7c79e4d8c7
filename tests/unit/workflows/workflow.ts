import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'

export const projectDir = join(import.meta.dirname, '..', '..', '..')
const workflowDir = join(projectDir, '.github', 'workflows')

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']))
const step = z.union([
  z.strictObject({
    uses: z.string(),
    with: z.record(z.string(), z.unknown()).default({}),
  }),
  z.strictObject({
    run: z.string(),
    env: z.record(z.string(), z.string()).optional(),
    'working-directory': z.string().optional(),
  }),
])
const job = z.strictObject({
  'runs-on': z.string(),
  container: z.strictObject({ image: z.string(), options: z.string() }).optional(),
  'timeout-minutes': z.number(),
  permissions,
  steps: z.array(step),
})
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
})

export type Workflow = z.infer<typeof workflow>
type Step = z.infer<typeof step>

/** A workflow of the project, and its text. Throws for a key that nobody has thought about. */
export function readWorkflow(file: string): { text: string; decoded: Workflow } {
  const text = readFileSync(join(workflowDir, file), 'utf8')
  return { text, decoded: workflow.parse(parse(text)) }
}

export function workflowFiles(): string[] {
  return readdirSync(workflowDir).sort()
}

export function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps)
}
