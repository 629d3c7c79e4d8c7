import { type UserError, usageError } from '../lib/errors.ts'

/** A place in a text, both from 1; columns count UTF-16 code units, as editors do. */
export type Position = { line: number; column: number }

/** Something wrong with what the user configured. Reading goes on, so that all problems come at once. */
export type Problem = {
  /** The file as the caller named it; absent for the environment. */
  file?: string
  /** Absent when the whole file is meant. */
  at?: Position
  /** As in `UserError`. */
  what: string
  /** What the user can do about it: an edit, or a command that exists. */
  fix: string
}

/** A value, or every problem found on the way to it, in file order. */
export type ConfigResult<T> =
  | { ok: true; value: T }
  | { ok: false; problems: readonly [Problem, ...Problem[]] }

/** The value when there is no problem. */
export function resultOf<T>(value: () => T, problems: readonly Problem[]): ConfigResult<T> {
  const [first, ...others] = inFileOrder(problems)
  if (first === undefined) return { ok: true, value: value() }
  return { ok: false, problems: [first, ...others] }
}

export function inFileOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  )
}

/** A problem as an error with exit code 2: `agent.yaml:3:5: unknown key "prots"`. */
export function problemError(problem: Problem): UserError {
  return usageError(problemPlace(problem) + problem.what, problem.fix)
}

/** All problems as one error, which is reported with each of them. */
export function problemsError(problems: readonly Problem[]): AggregateError {
  return new AggregateError(problems.map(problemError), 'the configuration has problems')
}

function problemPlace({ file, at }: Problem): string {
  if (file === undefined) return ''
  return at === undefined ? `${file}: ` : `${file}:${at.line}:${at.column}: `
}
