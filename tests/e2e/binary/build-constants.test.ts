import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileBinary } from '../../../scripts/compile-binary.ts'
import { projectDir, releaseBinary, runProgram } from './compiled-program.ts'

const probe = join(import.meta.dirname, 'programs', 'fault-probe.ts')
let dir = ''

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agent-binary-'))
})

afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
})

/** Names of all fault points in the sources, as far as they are fixed there, in order. */
async function faultPointNames(): Promise<string[]> {
  const names = new Set<string>()
  for (const file of new Bun.Glob('src/**/*.ts').scanSync(projectDir)) {
    if (file === 'src/platform/fault-point.ts') continue
    const source = await readFile(join(projectDir, file), 'utf8')
    for (const [, name] of source.matchAll(/faultPoint\(\(\) =>\s*['"`]([^'"`$]+)/g))
      if (name !== undefined) names.add(name)
  }
  return [...names].toSorted()
}

describe('fault points', () => {
  test('are in a test build, and not in a release build', async () => {
    const outputs = new Map<boolean, Buffer>()
    for (const faults of [true, false]) {
      const outfile = join(dir, `probe-${faults}`)
      await compileBinary({ entry: probe, outfile, constants: { version: '1.2.3', faults } })
      const result = runProgram(outfile, [], { cwd: dir, env: { AGENT_FAULT: 'probe/half-way' } })
      expect(result.exit).toBe(faults ? 'SIGKILL' : 0)
      outputs.set(faults, await readFile(outfile))
    }
    expect(outputs.get(true)?.includes('probe/half-way')).toBe(true)
    expect(outputs.get(false)?.includes('probe/half-way')).toBe(false)
    expect(outputs.get(false)?.includes('AGENT_FAULT')).toBe(false)
  })

  test('of the sources are not in the release binary, by name or mechanism', async () => {
    const bytes = await readFile(await releaseBinary(dir))
    const names = [...(await faultPointNames()), 'AGENT_FAULT']
    expect(names.length).toBeGreaterThan(1)
    expect(names.filter((name) => bytes.includes(name))).toEqual([])
  }, 30_000)
})

test('version, commit and Bun version are in the binary', async () => {
  const outfile = join(dir, 'probe-info')
  const constants = { version: '1.2.3', commit: 'abcdef012345', faults: false }
  await compileBinary({ entry: probe, outfile, constants })
  const { stdout } = runProgram(outfile, [], { cwd: dir })
  const expected = { version: '1.2.3', commit: 'abcdef012345', bun: Bun.version, faults: false }
  expect(JSON.parse(stdout)).toEqual(expected)
})

test('starting is quick enough to be measured (printed, not judged)', async () => {
  const binary = await releaseBinary(dir)
  const timesMs = Array.from({ length: 15 }, () => {
    const started = Bun.nanoseconds()
    expect(runProgram(binary, ['--version'], { cwd: dir }).exit).toBe(0)
    return (Bun.nanoseconds() - started) / 1e6
  })
  const median = timesMs.toSorted((a, b) => a - b)[7] ?? Number.NaN
  console.log(`agent --version: median ${median.toFixed(1)} ms of ${timesMs.length}`)
}, 30_000)
