import { messageOf, UserError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import type { Output } from '../platform/output.ts'
import type { Style } from './style.ts'

export type ReportOptions = { json: boolean; verbose: boolean; style: Style }

/**
 * The one place that prints errors: `error: <what>`, then `  fix: <command or edit>`, for every problem. With
 * `json` the answer is one object, whatever the number of problems. Returns the exit code, the highest of theirs.
 */
export function reportErrors(
  problems: readonly unknown[],
  output: Output,
  options: ReportOptions,
): number {
  const exitCode = Math.max(1, ...problems.map(exitCodeOf))
  if (options.json) output.answer(JSON.stringify({ ...asJson(problems), exitCode }))
  else for (const problem of problems) printError(problem, output, options)
  return exitCode
}

function printError(error: unknown, output: Output, { style, verbose }: ReportOptions): void {
  const { red, dim } = style
  for (const [index, line] of messageOf(error).split('\n').entries())
    output.note(index === 0 ? `${red('error:')} ${printable(line)}` : `  ${printable(line)}`)
  for (const fix of fixesOf(error)) output.note(`  ${dim('fix:')} ${printable(fix)}`)
  if (!(error instanceof UserError))
    output.note(`  ${dim('fix:')} run it again with --verbose, and report what it prints`)
  if (verbose) for (const line of causes(error)) output.note(dim(printable(line)))
}

/** One problem as it is; of several the whole text and every fix, then each by itself. */
function asJson(problems: readonly unknown[]): object {
  const each = problems.map((problem) => ({ error: messageOf(problem), fixes: fixesOf(problem) }))
  const [first, ...others] = each
  if (first !== undefined && others.length === 0) return first
  return {
    error: each.map(({ error }) => error).join('\n'),
    fixes: [...new Set(each.flatMap(({ fixes }) => fixes))],
    problems: each,
  }
}

function fixesOf(error: unknown): readonly string[] {
  return error instanceof UserError ? error.fixes : []
}

function exitCodeOf(error: unknown): number {
  return error instanceof UserError ? error.exitCode : 1
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
