import { format } from 'node:util'

/**
 * The title of a row's test, as Bun writes it: `$name` is a property of the row's object, `%#` the row's number from 0,
 * `%p` the value as a person would write it, and the rest as in node:util.
 */
export function rowTitle(title: string, row: readonly unknown[], index: number): string {
  const [first] = row
  const named = title.replaceAll(/\$(\w+)/g, (text, name: string) =>
    typeof first === 'object' && first !== null && name in first
      ? String(Object.getOwnPropertyDescriptor(first, name)?.value)
      : text,
  )
  const numbered = named.replaceAll('%#', String(index)).replaceAll('%p', '%j')
  const places = numbered.match(/%[sdifjoO]/g)?.length ?? 0
  return format(numbered, ...row.slice(0, places))
}
