/*
 * npm run bench -- cli [--pairs N] [--case NAME]     agent beside the docker CLI, whole processes
 *
 * Both talk to AGENT_TEST_DOCKER_HOST, else DOCKER_HOST, else the engine they find.
 * AGENT_BENCH_IMAGE names the image that is run (default debian:bookworm-slim); it must be there already.
 */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compareCli } from './cli/compare-cli.ts'

const projectDir = join(import.meta.dirname, '..')
const fewestPairs = 30

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
  if (positionals.join(' ') !== 'cli') throw new Error('usage: npm run bench -- cli')
  const table = await compareCli({ projectDir, pairs, only: values.case })
  const processors = cpus()
  console.log(`Medians of whole processes, started by turns, with 95 % intervals; ratio below 1: ours is faster.
${processors.length} × ${processors[0]?.model ?? 'unknown processor'}, ${process.platform} ${process.arch}, Bun ${Bun.version}, ${new Date().toISOString().slice(0, 10)}

${table}`)
}

if (import.meta.main) await main()
