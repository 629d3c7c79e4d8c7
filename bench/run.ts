/*
 * npm run bench -- cli [--pairs N] [--case NAME]        agent beside the docker CLI, whole processes
 * npm run bench -- embedded [--pairs N] [--case NAME]   the embedded runtime beside Docker (Linux)
 *
 * A complete run also writes its part of docs/benchmarks.md.
 * Both programs talk to AGENT_TEST_DOCKER_HOST, else DOCKER_HOST, else the engine they find.
 * AGENT_BENCH_IMAGE names the image that is run (default debian:bookworm-slim); it must be there already.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compareCli } from './cli/compare-cli.ts'
import { compareEmbedded } from './embedded/compare-embedded.ts'
import { type BenchOptions, findPrograms } from './programs.ts'
import { replaceSection } from './report-section.ts'

const projectDir = join(import.meta.dirname, '..')
const fewestPairs = 30

const benchmarks: Readonly<Record<string, (options: BenchOptions) => Promise<string>>> = {
  cli: compareCli,
  embedded: compareEmbedded,
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      pairs: { type: 'string', default: '50' },
      case: { type: 'string', multiple: true, default: [] },
    },
  })
  const pairs = Number(values.pairs)
  if (!Number.isInteger(pairs) || pairs < fewestPairs)
    throw new Error(`--pairs ${values.pairs}: a whole number, at least ${fewestPairs}`)
  const name = positionals.join(' ')
  const compare = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
  if (compare === undefined)
    throw new Error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')}`)
  const programs = findPrograms(projectDir)
  const table = await compare({ ...programs, pairs, only: values.case })
  const report = `${machine()}, ${programs.versions}, ${new Date().toISOString().slice(0, 10)}

${table}`
  console.log(report)
  if (values.case.length === 0) await record(name, report)
}

function machine(): string {
  const processors = cpus()
  const model = processors[0]?.model ?? 'unknown processor'
  return `${processors.length} × ${model}, ${process.platform} ${release()} ${process.arch}`
}

async function record(name: string, report: string): Promise<void> {
  const path = join(projectDir, 'docs', 'benchmarks.md')
  await writeFile(path, replaceSection(await readFile(path, 'utf8'), name, report))
}

if (import.meta.main) await main()
