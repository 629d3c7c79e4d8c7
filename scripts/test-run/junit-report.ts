import type { TestCounts, TestFailure } from './test-counts.ts'

/**
 * Reads the totals of a JUnit report of `bun test` or `deno test`: the attributes of its root, which does not say on Deno
 * how many were skipped. Undefined when it is no such report.
 */
export function countsInJunit(report: string): TestCounts | undefined {
  const root = /<testsuites\b[^>]*>/.exec(report)?.[0]
  if (root === undefined) return undefined
  const number = (name: string): number | undefined => {
    const digits = new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1]
    return digits === undefined ? undefined : Number(digits)
  }
  const [tests, failed] = [number('tests'), number('failures')]
  if (tests === undefined || failed === undefined) return undefined
  const skipped = number('skipped') ?? report.match(/<skipped\b/g)?.length ?? 0
  return { passed: tests - failed - skipped, failed, skipped }
}

const maxReasonLines = 12

/** Reads the failed tests of a JUnit report of `bun test` or `deno test`. */
export function failuresInJunit(report: string): TestFailure[] {
  const cases = report.matchAll(/<testcase\b([^>]*[^/])>(.*?)<\/testcase>/gs)
  return [...cases].flatMap(([, attributes = '', content = '']) => {
    const reason = /<failure\b[^>]*?(?:\/>|>(.*?)<\/failure>)/s.exec(content)
    if (reason === null) return []
    const attribute = (name: string): string =>
      unescapeXml(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '')
    const lines = unescapeXml(reason[1] ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '')
    const group = attribute('file') === '' ? '' : attribute('classname')
    return [
      {
        name: [group, attribute('name')].filter((part) => part !== '').join(' > '),
        file: attribute('file') || attribute('classname'),
        reason: lines.slice(0, maxReasonLines),
      },
    ]
  })
}

const characterOf = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['amp', '&'],
])

/** XML 1.0 §4.1 and §4.6: the predefined entities and decimal character references. */
function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|([a-z]+));/g, (whole, digits?: string, name?: string) => {
    if (digits !== undefined) return String.fromCodePoint(Number(digits))
    return characterOf.get(name ?? '') ?? whole
  })
}
