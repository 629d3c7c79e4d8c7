import { formatTable } from '../../../../src/cli/table.ts'

/** Prints what a test measured. */
export function printTable(
  heading: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const lines = formatTable(
    [...columns],
    rows.map((row) => row.map(String)),
  )
  console.log([heading, ...lines.map((line) => `  ${line}`)].join('\n'))
}
