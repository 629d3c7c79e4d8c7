import { allCases, topics } from './cases.ts'
import type { Citation } from './citations/citation.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { deviations } from './deviations.ts'
import { type Result, scoreTable, table } from './score.ts'

/** The name of our own column. */
export const ownName = 'agent'

/** Our own result as the documented deviations say; the suite sees to it that they are what it finds. */
export const ownResult: Result = {
  name: ownName,
  version: '',
  problems: new Map(Object.entries(deviations)),
}

const introduction = `# HTTP conformance

The routing proxy is held to the rules of RFC 9110 and RFC 9112 by a suite of ${allCases.length} cases. Each sends exact bytes through the proxy to an
upstream that answers exact bytes, and looks at what both ends got. The same cases are played against nginx, HAProxy and Caddy.

This page is written by \`npm run conformance\`, which runs all four; \`npm test\` runs ours, and the others where it may bring programs along
(\`AGENT_TEST_ENGINE=provision\`). A MUST that ours fails is a failing test.

- MUST and SHOULD are the keywords of the rule that a case cites. OUGHT stands where there is no keyword: the grammar, the RFC's "ought to",
  or that a client and its service see each other as if nobody stood between them.
- Where a rule allows several ways (to refuse a message or to repair it), each of them passes.
- Some rules are written for "a proxy", which in the RFCs is one that the client chose; a reverse proxy is "a gateway". Such rules count here all the
  same, for all four: a development proxy should not be noticed.
- The others are set up as their documentation shows for a service with WebSockets: Host passed on, Upgrade passed on, connections to the upstream
  kept. They are good at what they are made for; some of what fails here can be configured, and later versions may differ. Where one's answer depends on how
  the bytes happen to arrive, one run is shown.
- The names in the last column are those of [Http11Probe](https://github.com/MDA2AV/Http11Probe), which asks the same question of servers. What it asks
  of a server's own content (conditions, ranges, cookies read, media types) is not asked here: a proxy passes those on.`

/** The reference page: the score, every case, and for what another proxy fails the rule beside it. */
export function referencePage(others: readonly Result[]): string {
  const results = [ownResult, ...others]
  return [
    introduction,
    '## Score',
    scoreTable(allCases, results),
    '## Where ours deviates',
    table([['Case', 'Why'], ...Object.entries(deviations).map(([id, why]) => [code(id), why])]),
    '## Cases',
    ...topics.flatMap(({ title, cases }) => [`### ${title}`, caseTable(cases, results)]),
    '## What the others do instead',
    ...failures(others),
    '',
  ].join('\n\n')
}

/** The part of a case's row that is known without running anything. */
export function ownCells({ id, title, cites }: ConformanceCase): string[] {
  const mark = ownResult.problems.has(id) ? 'no' : 'yes'
  return [code(id), escaped(title), `${cites.level}, ${cites.source}`, mark]
}

function caseTable(cases: readonly ConformanceCase[], results: readonly Result[]): string {
  const names = results.map(({ name }) => name)
  const rows = cases.map((each) => {
    const marks = results.slice(1).map(({ problems }) => (problems.has(each.id) ? 'no' : 'yes'))
    return [...ownCells(each), ...marks, each.probe === undefined ? '' : code(each.probe)]
  })
  return table([['Case', 'A proxy …', 'Rule', ...names, 'Http11Probe'], ...rows])
}

/** Rule by rule, in the order of the cases: its words, then who does what instead. */
function failures(others: readonly Result[]): string[] {
  const citations = new Set<Citation>(allCases.map(({ cites }) => cites))
  return [...citations].flatMap((citation) => {
    const cases = allCases.filter(({ cites }) => cites === citation)
    const lines = others.flatMap(({ name, problems }) => {
      const failed = cases.flatMap(({ id }) => {
        const problem = problems.get(id)
        return problem === undefined ? [] : [`${code(id)} (${shown(problem)})`]
      })
      return failed.length === 0 ? [] : [`- ${name}: ${failed.join(', ')}`]
    })
    if (lines.length === 0) return []
    return [`${citation.source}, ${citation.level}: “${citation.quote}”`, lines.join('\n')]
  })
}

/** What was seen first, short, with nothing in it that changes from run to run. */
function shown(problem: string): string {
  const [first = ''] = problem.split('; nor: ')
  const [line = ''] = first.split('\\r\\n')
  const timeless = line.replaceAll('"', '').replace(/[A-Z][a-z]{2}, \d.* GMT/, 'its own')
  return escaped(timeless.slice(0, 70))
}

function code(text: string): string {
  return `\`${text}\``
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('_', '\\_')
}
