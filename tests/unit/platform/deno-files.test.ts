import { expect, test } from 'bun:test'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import * as denoGroups from '../../../src/platform/deno/init-groups.ts'
import * as denoPipe from '../../../src/platform/deno/pipe.ts'
import * as denoSockets from '../../../src/platform/deno/raw-sockets.ts'
import * as denoMemory from '../../../src/platform/deno/release-memory.ts'
import * as denoSelf from '../../../src/platform/deno/self-command.ts'
import * as denoServe from '../../../src/platform/deno/serve-unix.ts'
import * as denoSha256 from '../../../src/platform/deno/sha256.ts'
import * as denoResultCode from '../../../src/platform/deno/sqlite-result-code.ts'
import * as denoTerminal from '../../../src/platform/deno/terminal-process.ts'
import * as groups from '../../../src/platform/init-groups.ts'
import * as pipe from '../../../src/platform/pipe.ts'
import * as sockets from '../../../src/platform/raw-sockets.ts'
import * as memory from '../../../src/platform/release-memory.ts'
import * as self from '../../../src/platform/self-command.ts'
import * as serve from '../../../src/platform/serve-unix.ts'
import * as sha256 from '../../../src/platform/sha256.ts'
import * as resultCode from '../../../src/platform/sqlite-result-code.ts'
import * as terminal from '../../../src/platform/terminal-process.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')
const { imports } = z
  .object({ imports: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(projectDir, 'deno.json'), 'utf8')))

/** Each file as it is, and the one that takes its place on Deno: the compiler compares what they offer. */
const pairs = {
  'init-groups.ts': [groups, denoGroups satisfies typeof groups],
  'pipe.ts': [pipe, denoPipe satisfies typeof pipe],
  'raw-sockets.ts': [sockets, denoSockets satisfies typeof sockets],
  'release-memory.ts': [memory, denoMemory satisfies typeof memory],
  'self-command.ts': [self, denoSelf satisfies typeof self],
  'serve-unix.ts': [serve, denoServe satisfies typeof serve],
  'sha256.ts': [sha256, denoSha256 satisfies typeof sha256],
  'sqlite-result-code.ts': [resultCode, denoResultCode satisfies typeof resultCode],
  'terminal-process.ts': [terminal, denoTerminal satisfies typeof terminal],
} as const

test('deno.json puts a file for Deno in the place of each that uses what only Bun has', () => {
  const expected = new Map([
    ['bun:ffi', './src/platform/deno/ffi.ts'],
    ['bun:test', './tests/deno/bun-test.ts'],
  ])
  for (const file of Object.keys(pairs))
    expected.set(`./src/platform/${file}`, `./src/platform/deno/${file}`)
  expect(new Map(Object.entries(imports))).toEqual(expected)
})

test.each(Object.entries(pairs))('%s offers the same on Deno', (_file, [here, there]) => {
  expect(Object.keys(there).sort()).toEqual(Object.keys(here).sort())
})

test('a hash is the same', () => {
  expect(denoSha256.sha256Hex('ü')).toBe(sha256.sha256Hex('ü'))
})

test('no other file of the program uses what only Bun has', () => {
  const files = globSync('src/**/*.ts', { cwd: projectDir })
  const found = files.filter((file) => {
    const code = readFileSync(join(projectDir, file), 'utf8').replaceAll(
      /\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g,
      '',
    )
    return /\bBun\.\w/.test(code)
  })
  const replaced = Object.keys(pairs).map((file) => `src/platform/${file}`)
  expect(found.filter((file) => !replaced.includes(file))).toEqual([])
})
