import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectDir, releaseBinary } from './compiled-program.ts'

let dir = ''

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agent-binary-'))
})

afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
})

test('the package debug, which would print requests to the engine for DEBUG, is not in the binary', async () => {
  const ofDebug = 'debug.destroy()` is deprecated'
  const source = await readFile(join(projectDir, 'node_modules', 'debug', 'src', 'node.js'), 'utf8')
  expect(source).toInclude(ofDebug)
  const binary = await readFile(await releaseBinary(dir))
  expect(binary.includes(ofDebug)).toBe(false)
}, 30_000)
