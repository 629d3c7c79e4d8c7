import { type ComparisonRow, comparisonTable } from '../markdown-table.ts'
import type { DockerBenchOptions } from '../programs.ts'
import { pairedEstimate } from '../statistics.ts'
import { type Bed, makeBed } from './bed.ts'
import { embeddedCases, type EmbeddedCase } from './cases.ts'

/** Measures the embedded runtime beside Docker and gives a Markdown table. */
export async function compareEmbedded(options: DockerBenchOptions): Promise<string> {
  await using bed = await makeBed(options)
  const rows: ComparisonRow[] = []
  for (const measured of embeddedCases)
    if (options.only.length === 0 || options.only.includes(measured.name))
      rows.push(...(await measureCase(measured, bed, options.pairs)))
  return comparisonTable(rows)
}

async function measureCase(
  measured: EmbeddedCase,
  bed: Bed,
  most: number,
): Promise<ComparisonRow[]> {
  const results = await measured.measure(bed, Math.min(most, measured.mostPairs ?? most))
  return results.map(({ pairs, ...result }) => ({
    kind: 'measured',
    estimate: pairedEstimate(pairs),
    pairs: pairs.length,
    ...result,
  }))
}
