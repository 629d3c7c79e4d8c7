import type { Environment } from '../platform/host.ts'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { quoted } from '../lib/quoted.ts'
import { type ConfigResult, type Problem, resultOf } from './problem.ts'

/** A variable for the container: with its value, or to be taken from the caller's environment. */
export type EnvEntry =
  | { kind: 'value'; name: string; value: string }
  | { kind: 'inherited'; name: string }

/** Set by `agent` in every run, last: a value of the user's would vanish without a word. */
const RESERVED = /^AGENTOPS_(?:RUN_ID|RUN_NAME|(?:URL|HOST)(?:_.*)?)$/

/** Accepts whatever an engine passes on: no `=`, no white space, no control characters. */
export function parseEnvName(text: string): Parsed<string> {
  if (text === '') return refused('a variable has an empty name', 'write NAME=value')
  if (/[=\s\p{Cc}]/u.test(text)) {
    // What follows a `=` is a value.
    const [name = ''] = text.split('=', 1)
    return refused(
      `variable name ${quoted(name)} holds a character that names cannot have`,
      'write NAME=value',
    )
  }
  if (RESERVED.test(text)) {
    return refused(`variable ${quoted(text)} is set by agent in every run`, 'choose another name')
  }
  return parsed(text)
}

/** Reads the value of `--env`: `K=V`, or `K` for the caller's value. Messages never show a value: it may be a secret. */
export function parseEnvFlag(text: string): Parsed<EnvEntry> {
  const equals = text.indexOf('=')
  const name = parseEnvName(equals < 0 ? text : text.slice(0, equals))
  if (!name.ok) return name
  if (equals < 0) return parsed({ kind: 'inherited', name: name.value })
  const value = text.slice(equals + 1)
  if (value.includes('\0'))
    return refused(
      `the value of ${quoted(name.value)} holds a NUL character`,
      'remove the character',
    )
  return parsed({ kind: 'value', name: name.value, value })
}

/**
 * Reads a file of variables as `docker run --env-file` does: one `K=V` or `K` per line, `#` lines and blank lines
 * skipped, leading white space dropped, quotes and everything behind the `=` kept as they are.
 */
export function parseEnvFile(text: string, file: string): ConfigResult<EnvEntry[]> {
  const entries: EnvEntry[] = []
  const problems: Problem[] = []
  const lines = text.replace(/^\ufeff/, '').split('\n')
  for (const [index, rawLine] of lines.entries()) {
    const line = rawLine.replace(/\r$/, '').trimStart()
    if (line === '' || line.startsWith('#')) continue
    const entry = parseEnvFlag(line)
    if (entry.ok) entries.push(entry.value)
    else {
      const { what, fix } = entry
      const at = { line: index + 1, column: rawLine.length - rawLine.trimStart().length + 1 }
      problems.push({ file, at, what, fix })
    }
  }
  return resultOf(() => entries, problems)
}

/**
 * The variables that entries stand for; later entries win. As with docker, a name the caller has no value for
 * is left out: `missing` lists those, sorted, so that they can be told.
 */
export function resolveEnv(
  entries: readonly EnvEntry[],
  environment: Environment,
): { env: Record<string, string>; missing: string[] } {
  const values = new Map<string, string | undefined>()
  for (const entry of entries) {
    values.set(entry.name, entry.kind === 'value' ? entry.value : own(environment, entry.name))
  }
  const env = new Map<string, string>()
  const missing: string[] = []
  for (const [name, value] of values) {
    if (value === undefined) missing.push(name)
    else env.set(name, value)
  }
  return { env: Object.fromEntries(env), missing: missing.sort() }
}

/** `constructor` is no variable, though every object has one. */
function own(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined
}
