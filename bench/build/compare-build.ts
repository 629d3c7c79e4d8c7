import { type ComparisonRow, comparisonTable } from '../markdown-table.ts'
import type { DockerBenchOptions } from '../programs.ts'
import { pairedEstimate } from '../statistics.ts'
import { makeBed } from './bed.ts'
import { buildCases } from './cases.ts'

/** Measures builds beside `docker build` with buildx, on the same engine, and gives a Markdown table. */
export async function compareBuild(options: DockerBenchOptions): Promise<string> {
  await using bed = await makeBed(options)
  const rows: ComparisonRow[] = []
  for (const measured of buildCases) {
    if (options.only.length > 0 && !options.only.includes(measured.name)) continue
    for (const { pairs, ...result } of await measured.measure(bed, options.pairs))
      rows.push({
        kind: 'measured',
        estimate: pairedEstimate(pairs),
        pairs: pairs.length,
        ...result,
      })
  }
  return comparisonTable(rows)
}
