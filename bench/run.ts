/*
 * npm run bench -- cli [--pairs N] [--case NAME]        agent beside the docker CLI, whole processes
 * npm run bench -- embedded [--pairs N] [--case NAME]   the embedded runtime beside Docker (Linux)
 * npm run bench -- build [--pairs N] [--case NAME]      image builds beside docker build with buildx
 * npm run bench -- proxy [--pairs N] [--case NAME] [--quick]   the routing proxy beside others (Linux)
 * npm run bench -- deno [--pairs N] [--quick]           agent compiled, and from source on Bun and on Deno (Linux)
 *
 * A complete run also writes its part of docs/benchmarks.md.
 * cli, embedded and build: both programs talk to AGENT_TEST_DOCKER_HOST, else DOCKER_HOST, else the engine they find.
 * AGENT_BENCH_IMAGE names the image that is run (default debian:bookworm-slim); it must be there already.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { denoProgram } from '../tests/support/deno-program.ts'
import type { BenchOptions } from './bench-options.ts'
import { compareBuild } from './build/compare-build.ts'
import { compareCli } from './cli/compare-cli.ts'
import { compareDeno } from './deno/compare-deno.ts'
import { compareEmbedded } from './embedded/compare-embedded.ts'
import { type DockerBenchOptions, findAgent, findDocker } from './programs.ts'
import { compareProxy } from './proxy/compare-proxy.ts'
import { versionOf } from './proxy/tools.ts'
import { replaceSection } from './report-section.ts'

const projectDir = join(import.meta.dirname, '..')

/** A benchmark, and how often it measures when nothing is said, at least, and with `--quick`. */
type Benchmark = {
  usualPairs: number
  fewestPairs: number
  quickPairs?: number
  compare: (options: BenchOptions) => Promise<{ versions: string; table: string }>
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  cli: besideDocker(compareCli),
  embedded: besideDocker(compareEmbedded),
  build: besideDocker(compareBuild),
  proxy: { usualPairs: 15, fewestPairs: 2, quickPairs: 2, compare: besideProxies },
  deno: { usualPairs: 15, fewestPairs: 2, quickPairs: 2, compare: fromSource },
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      pairs: { type: 'string' },
      case: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
    },
  })
  const name = positionals.join(' ')
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
  if (benchmark === undefined)
    throw new Error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')}`)
  const { compare, usualPairs, fewestPairs, quickPairs = usualPairs } = benchmark
  const pairs = Number(values.pairs ?? (values.quick ? quickPairs : usualPairs))
  if (!Number.isInteger(pairs) || pairs < fewestPairs)
    throw new Error(`--pairs ${pairs}: a whole number, at least ${fewestPairs}`)
  const agent = findAgent(projectDir)
  const { versions, table } = await compare({
    agent,
    pairs,
    only: values.case,
    isQuick: values.quick,
  })
  const report = `${machine()}, ${versions}, ${new Date().toISOString().slice(0, 10)}

${table}`
  console.log(report)
  if (values.case.length === 0 && !values.quick) await record(name, report)
}

function besideDocker(compare: (options: DockerBenchOptions) => Promise<string>): Benchmark {
  return {
    usualPairs: 50,
    fewestPairs: 30,
    compare: async (options) => {
      const docker = findDocker()
      return { versions: docker.versions, table: await compare({ ...options, ...docker }) }
    },
  }
}

async function besideProxies(options: BenchOptions): Promise<{ versions: string; table: string }> {
  return { versions: `Bun ${Bun.version}`, table: await compareProxy(options) }
}

async function fromSource(options: BenchOptions): Promise<{ versions: string; table: string }> {
  const deno = await versionOf({ command: [denoProgram(projectDir)], env: {} }, '--version')
  return { versions: `Bun ${Bun.version}, Deno ${deno}`, table: await compareDeno(options) }
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
