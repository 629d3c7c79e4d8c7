import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as z from 'zod'

const projectDir = join(import.meta.dirname, '..', '..', '..')

const violations = [
  {
    rule: 'no-restricted-imports',
    file: 'src/lib/static-import.ts',
    code: "import { now } from '../platform/now.ts'\nexport const later = () => now() + 1",
  },
  {
    rule: 'no-restricted-imports',
    file: 'src/routes/type-import.ts',
    code: "import type { Now } from '../cli/now.ts'\nexport type Later = Now",
  },
  {
    rule: 'no-restricted-imports',
    file: 'src/docker/dynamic-import.ts',
    code: "export const load = () => import('../apple/now.ts')",
  },
  {
    rule: 'no-restricted-imports',
    file: 'src/cli/re-export.ts',
    code: "export { now } from '../docker/now.ts'",
  },
  {
    rule: 'typescript(consistent-type-assertions)',
    file: 'src/run/cast.ts',
    code: 'export const id = (text: string) => text as string | number',
  },
  {
    rule: 'typescript(no-explicit-any)',
    file: 'src/run/any.ts',
    code: 'export const id = (value: any) => String(value)',
  },
  {
    rule: 'typescript(no-non-null-assertion)',
    file: 'src/run/non-null.ts',
    code: 'export const first = (list: string[]) => list[0]!',
  },
  {
    rule: 'typescript(no-floating-promises)',
    file: 'src/run/floating.ts',
    code: 'export function go(work: () => Promise<void>): void {\n  work()\n}',
  },
  {
    rule: 'typescript(switch-exhaustiveness-check)',
    file: 'src/run/switch.ts',
    code: "export function size(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1\n  }\n  return 0\n}",
  },
  {
    rule: 'no-console',
    file: 'src/cli/console.ts',
    code: "export const say = () => console.log('hello')",
  },
  {
    rule: 'no-restricted-globals',
    file: 'src/run/global.ts',
    code: 'export const here = () => process.cwd()',
  },
  {
    rule: 'no-restricted-globals',
    file: 'src/proxy/global.ts',
    code: 'export const version = () => Bun.version',
  },
  {
    rule: 'max-lines',
    file: 'src/run/long-file.ts',
    code: lines(251, (n) => `export const value${n} = ${n}`),
  },
  {
    rule: 'max-lines-per-function',
    file: 'src/run/long-function.ts',
    code: `export function long(out: number[]): void {\n${lines(61, (n) => `  out.push(${n})`)}\n}`,
  },
  { rule: 'import(no-default-export)', file: 'src/run/default.ts', code: 'export default 1' },
  { rule: 'unicorn(filename-case)', file: 'src/run/camelCase.ts', code: 'export const value = 1' },
] as const

const lawful = [
  {
    file: 'src/platform/now.ts',
    code: 'export type Now = number\nexport const now = (): Now => process.uptime()',
  },
  {
    file: 'src/cli/now.ts',
    code: "export type Now = number\nexport { now } from '../platform/now.ts'",
  },
  { file: 'src/apple/now.ts', code: 'export const now = 1' },
  { file: 'src/docker/now.ts', code: "export { now } from '../platform/now.ts'" },
  {
    file: 'src/app.ts',
    code: "export { now as dockerNow } from './docker/now.ts'\nexport { now } from './cli/now.ts'",
  },
  { file: 'src/run/const.ts', code: "export const kinds = ['a', 'b'] as const" },
  { file: 'src/run/long-enough.ts', code: lines(250, (n) => `export const value${n} = ${n}`) },
]

const diagnosticsSchema = z.object({
  diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })),
})

let dir = ''
/** Rules that each file breaks, as the linter calls them. */
const found = new Map<string, string[]>()

function lines(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n')
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agent-lint-'))
  await symlink(join(projectDir, 'node_modules'), join(dir, 'node_modules'))
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
    await cp(join(projectDir, name), join(dir, name))
  for (const { file, code } of [...violations, ...lawful]) {
    await mkdir(dirname(join(dir, file)), { recursive: true })
    await writeFile(join(dir, file), `${code}\n`)
  }
  const oxlint = join(projectDir, 'node_modules', '.bin', 'oxlint')
  const result = spawnSync(oxlint, ['--format=json', 'src'], { cwd: dir, encoding: 'utf8' })
  const { diagnostics } = diagnosticsSchema.parse(JSON.parse(result.stdout))
  for (const { code, filename } of diagnostics)
    found.set(filename, [...(found.get(filename) ?? []), code.replace(/^eslint\((.*)\)$/, '$1')])
}, 30_000)

afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
})

describe('the linter', () => {
  test.each([...violations])('reports $rule in $file', ({ rule, file }) => {
    expect(found.get(file)).toEqual([rule])
  })

  test.each(lawful)('has nothing against $file', ({ file }) => {
    expect(found.get(file)).toBeUndefined()
  })
})
