import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileBinary } from '../../../scripts/compile-binary.ts'
import { projectDir, releaseBinary, runProgram } from './compiled-program.ts'
import { type HostileDirectory, makeHostileDirectory } from './hostile-directory.ts'

const probe = `
const ssh = process.argv[2] === 'ssh'
const Modem = (await import('docker-modem')).default
if (ssh) new Modem({ protocol: 'ssh', host: '127.0.0.1', port: 9 })
console.log(JSON.stringify({ planted: process.env.PLANTED_BY_DOTENV ?? null, noColor: process.env.NO_COLOR ?? null }))
`

let dir = ''
let hostile: HostileDirectory

/** A directory inside the project, so that a probe there resolves the project's packages. */
beforeAll(async () => {
  const parent = join(projectDir, 'node_modules', '.cache')
  await mkdir(parent, { recursive: true })
  dir = await mkdtemp(join(parent, 'probe-'))
  hostile = await makeHostileDirectory(await mkdtemp(join(tmpdir(), 'agent-hostile-')))
  await writeFile(join(dir, 'probe.ts'), probe)
})

afterAll(async () => {
  await rm(dir, { recursive: true, force: true })
  await rm(hostile.path, { recursive: true, force: true })
})

describe('files planted in the current directory', () => {
  test('are read by a program compiled with the defaults (so the plants work)', async () => {
    const outfile = join(dir, 'default-probe')
    const entry = join(dir, 'default.ts')
    await writeFile(entry, "console.log(process.env['PLANTED_BY_DOTENV'])")
    await Bun.build({ entrypoints: [entry], compile: { outfile } })
    const control = await makeHostileDirectory(await mkdtemp(join(dir, 'control-')))
    const result = runProgram(outfile, [], { cwd: control.path })
    expect(result.stdout).toBe('yes\n')
    expect(await control.sprung()).toEqual(['preload'])
  })

  test.each([{ args: [] }, { args: ['ssh'] }])(
    'do not reach a program compiled as ours: %j',
    async ({ args }) => {
      const outfile = join(dir, 'probe')
      const constants = { version: '0.0.0-test', faults: false }
      await compileBinary({ entry: join(dir, 'probe.ts'), outfile, constants })
      const result = runProgram(outfile, args, { cwd: hostile.path })
      expect(result).toEqual({ exit: 0, stdout: '{"planted":null,"noColor":null}\n', stderr: '' })
      expect(await hostile.sprung()).toEqual([])
    },
  )

  test('do not reach the release binary', async () => {
    const binary = await releaseBinary(dir)
    for (const args of [['--version'], ['--help'], ['run', '--help'], ['run', '--dry-run']]) {
      const result = runProgram(binary, args, { cwd: hostile.path })
      expect(result.stdout + result.stderr).not.toBe('')
      expect(await hostile.sprung()).toEqual([])
    }
  }, 30_000)
})

test('an import that the bundler cannot resolve fails the build', async () => {
  const entry = join(dir, 'opaque.ts')
  await writeFile(entry, "await import(process.argv[2] ?? 'undecided')\n")
  const constants = { version: '0.0.0-test', faults: false }
  const build = compileBinary({ entry, outfile: join(dir, 'opaque'), constants })
  const outcome = await build.then(() => 'built', String)
  expect(outcome).toContain('Bundle failed')
})
