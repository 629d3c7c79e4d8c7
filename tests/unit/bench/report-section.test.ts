import { expect, test } from 'bun:test'
import { replaceSection } from '../../../bench/report-section.ts'

const page = `# Title

<!-- bench a -->

old

<!-- end of bench a -->

<!-- bench b -->

<!-- end of bench b -->
`

test('a benchmark replaces its own part of the page and nothing else', () => {
  const once = replaceSection(page, 'b', '| new |\n')
  expect(once).toBe(page.replace('b -->\n\n<!-- end', 'b -->\n\n| new |\n\n<!-- end'))
  expect(replaceSection(once, 'b', '| new |')).toBe(once)
  expect(replaceSection(page, 'a', 'new')).toBe(page.replace('old', 'new'))
})

test('a page without the part is refused', () => {
  expect(() => replaceSection(page, 'c', 'text')).toThrow(
    'the page has no part <!-- bench c --> … <!-- end of bench c -->',
  )
})
