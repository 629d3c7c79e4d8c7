import { messageOf, UserError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import type { Output } from '../platform/output.ts'
import type { Style } from './style.ts'

/** The one place that prints errors: `error: <what>`, then `  fix: <command or edit>`. Returns the exit code. */
export function reportError(
  error: unknown,
  output: Output,
  options: { json: boolean; verbose: boolean; style: Style },
): number {
  const known = error instanceof UserError
  const fixes = known ? error.fixes : []
  const exitCode = known ? error.exitCode : 1
  if (options.json) {
    output.answer(JSON.stringify({ error: messageOf(error), fixes, exitCode }))
    return exitCode
  }
  const { red, dim } = options.style
  for (const [index, line] of messageOf(error).split('\n').entries())
    output.note(index === 0 ? `${red('error:')} ${printable(line)}` : `  ${printable(line)}`)
  for (const fix of fixes) output.note(`  ${dim('fix:')} ${printable(fix)}`)
  if (!known) output.note(`  ${dim('fix:')} run it again with --verbose, and report what it prints`)
  if (options.verbose) for (const line of causes(error)) output.note(dim(printable(line)))
  return exitCode
}

/** The chain of causes, then the stack of the first defect. */
function causes(error: unknown): string[] {
  const lines: string[] = []
  let cause: unknown = error
  while (cause instanceof Error && lines.length < 10) {
    cause = cause.cause
    if (cause !== undefined) lines.push(`  cause: ${messageOf(cause)}`)
  }
  if (!(error instanceof UserError) && error instanceof Error)
    lines.push(...(error.stack ?? '').split('\n'))
  return lines
}
