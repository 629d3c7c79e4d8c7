/**
 * The text with the part between the markers of `name` replaced by `body`, so that each benchmark owns one part of a page.
 * Throws when the text has no such markers.
 */
export function replaceSection(page: string, name: string, body: string): string {
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end of bench ${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page has no part ${begin} … ${end}`)
  return `${page.slice(0, from)}${begin}\n\n${body.trim()}\n\n${page.slice(to)}`
}
