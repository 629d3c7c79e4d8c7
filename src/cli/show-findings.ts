import { printable } from '../lib/printable.ts'
import type { AppContext } from './app-context.ts'
import { examine } from './doctor/examine.ts'
import type { Finding } from './doctor/finding.ts'
import { ExitError } from './exit-error.ts'
import { type GlobalOptions, styleFor } from './global-options.ts'
import type { Style } from './style.ts'

/** One line for every check, with what mends it below. Exit code 1 when something is broken. */
export async function showFindings(app: AppContext, options: GlobalOptions): Promise<void> {
  const findings = await examine(app)
  const lines = options.json
    ? [JSON.stringify(findings, undefined, 2)]
    : findingLines(findings, styleFor(app, options, 'stdout'))
  for (const line of lines) app.output.answer(line)
  if (findings.some(({ outcome }) => outcome === 'broken')) throw new ExitError(1)
}

/** What mends several checks in a row stands once, below the last of them. */
function findingLines(findings: readonly Finding[], style: Style): string[] {
  return findings.flatMap((finding, index) => {
    const { fix = [] } = finding
    const next = findings[index + 1]?.fix ?? []
    const isToldBelow = fix.join('\n') === next.join('\n')
    return isToldBelow
      ? checkLines(finding, style)
      : [...checkLines(finding, style), ...fixLines(fix, style)]
  })
}

function checkLines({ check, outcome, detail }: Finding, style: Style): string[] {
  const colour = { ok: style.green, notice: style.yellow, broken: style.red }[outcome]
  const [first = '', ...others] = detail.split('\n')
  return [
    `${colour(outcome.padEnd(6))}  ${check.padEnd(18)}  ${printable(first)}`,
    ...others.map((line) => `        ${printable(line)}`),
  ]
}

function fixLines(fix: readonly string[], { dim }: Style): string[] {
  return fix.map((one) => `        ${dim('fix:')} ${printable(one)}`)
}
