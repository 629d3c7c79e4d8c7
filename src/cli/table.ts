import { printable } from '../lib/printable.ts'

/** Lines of a table, columns aligned by two spaces; the last column is not padded. Cells are made printable. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = [header, ...rows.map((row) => row.map(printable))]
  const widths = header.map((_title, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  )
  return cells.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  '),
  )
}
