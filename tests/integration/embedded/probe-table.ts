import type { Judgement } from './probe-workspace.ts'
import { whyDifferent } from './why-different.ts'

/** The same probes in one place each. */
export type ProbeColumn = { title: string; judgements: readonly Judgement[] }

const INTRODUCTION = `# What the boundary was tried with

Every probe below is a small script that tries to get out of a run, or to see something of the machine. The test suite runs all of them through
\`agent run\`: with the embedded runtime as root and as an ordinary user, and with Docker (its default runtime, \`--no-sandbox\`) as an ordinary user.
*held* means that the boundary held (for the last three rows: that what has to work works), *open* that the probe got what it wanted.
This page is written by the suite; a test fails when it says something else than what was found.

A table like this finds the usual mistakes, not holes in the kernel: with both, a run shares the kernel of the machine.
[Isolation](isolation.md) says what that means. Docker's column is for comparison; *open* is not always bad, see [below](#where-they-differ).
`

/** The page of the documents that says what each probe led to, in every column. */
export function renderProbePage(columns: readonly ProbeColumn[]): string {
  const [first] = columns
  const rows = (first?.judgements ?? []).map(({ probe }, index) => {
    const outcomes = columns.map(({ judgements }) => (judgements[index]?.isHeld ? 'held' : 'open'))
    return { probe, outcomes, isDifferent: new Set(outcomes).size > 1 }
  })
  const titles = ['Probe', 'What it tries', ...columns.map(({ title }) => title)]
  const table = [
    titles,
    titles.map(() => '---'),
    ...rows.map(({ probe, outcomes }) => [probe.name, inCode(probe.tries), ...outcomes]),
  ].map((cells) => `| ${cells.join(' | ')} |`)
  const differences = rows
    .filter(({ isDifferent }) => isDifferent)
    .map(({ probe: { name } }) => `- **${name}**: ${whyDifferent[name] ?? 'not explained yet'}.`)
  return [INTRODUCTION, ...table, '', '## Where they differ', '', ...differences, ''].join('\n')
}

/** A pipe would end the cell, even in code (GitHub Flavored Markdown, "Tables"). */
function inCode(text: string): string {
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${text.replaceAll('|', '\\|').replaceAll('\n', ' ')}${fence}`
}
