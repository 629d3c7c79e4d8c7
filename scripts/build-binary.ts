/*
 * npm run build                       dist/agent for this machine
 * npm run build -- --test             dist/agent-test, with fault points compiled in
 * npm run build -- --target NAME      dist/agent-NAME (linux-x64, linux-arm64, darwin-x64, darwin-arm64)
 * npm run build -- --all              all four, and dist/SHA256SUMS
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { bunExecutable, type CrossTarget, crossTargets } from './bun-executable.ts'
import { type BuildConstants, compileBinary } from './compile-binary.ts'
import { currentCommit } from './current-commit.ts'

const projectDir = join(import.meta.dirname, '..')
const distDir = join(projectDir, 'dist')
const entry = join(projectDir, 'src', 'main.ts')

/** Version of the project, and the commit where the sources are a git checkout. */
async function buildConstants(faults: boolean): Promise<BuildConstants> {
  const text = await readFile(join(projectDir, 'package.json'), 'utf8')
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text))
  const commit = currentCommit(projectDir)
  return { version, faults, ...(commit === undefined ? {} : { commit }) }
}

async function buildHere(name: string, faults: boolean): Promise<string> {
  const outfile = join(distDir, name)
  await compileBinary({ entry, outfile, constants: await buildConstants(faults) })
  return outfile
}

async function buildFor(target: CrossTarget): Promise<string> {
  const outfile = join(distDir, `agent-${target}`)
  await compileBinary({
    entry,
    outfile,
    constants: await buildConstants(false),
    crossTarget: {
      bunTarget: `bun-${target}`,
      executablePath: await bunExecutable(projectDir, target),
    },
  })
  return outfile
}

/** `sha256sum --check` reads it. */
async function writeChecksums(files: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    files.map(async (file) => {
      const hash = createHash('sha256').update(await readFile(file))
      return `${hash.digest('hex')}  ${basename(file)}\n`
    }),
  )
  const path = join(distDir, 'SHA256SUMS')
  await writeFile(path, lines.join(''))
  return path
}

async function report(path: string, startedMs: number): Promise<void> {
  const { size } = await stat(path)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`${relative(projectDir, path)}  ${(size / 1e6).toFixed(1)} MB  ${seconds} s`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      test: { type: 'boolean', default: false },
      target: { type: 'string', multiple: true, default: [] },
    },
  })
  const targets = crossTargets.filter((target) => values.all || values.target.includes(target))
  const unknown = values.target.filter((name) => !targets.some((target) => target === name))
  if (unknown.length > 0)
    throw new Error(`unknown target ${unknown.join(', ')}: one of ${crossTargets.join(', ')}`)
  await mkdir(distDir, { recursive: true })
  const started = performance.now()
  if (values.test) await report(await buildHere('agent-test', true), started)
  else if (targets.length === 0) await report(await buildHere('agent', false), started)
  const built: string[] = []
  for (const target of targets) {
    const targetStarted = performance.now()
    const path = await buildFor(target)
    await report(path, targetStarted)
    built.push(path)
  }
  if (values.all) await report(await writeChecksums(built), performance.now())
}

if (import.meta.main) await main()
