import { isEngineName } from './engine-paths.ts'
import { defaultSuite, engineSuites, isSuiteName, type SuiteName } from './engine-suites.ts'

export type ControlCommand = {
  readonly verb: 'up' | 'down' | 'status'
  readonly name: string
  readonly suite: SuiteName
}

/** Reads `up|down|status [name] [--suite <suite>]`; a string is what is wrong with it. */
export function parseControlArguments(words: readonly string[]): ControlCommand | string {
  const rest = [...words]
  let suite: SuiteName = defaultSuite
  const at = rest.indexOf('--suite')
  if (at !== -1) {
    const [, value = ''] = rest.splice(at, 2)
    if (!isSuiteName(value)) {
      return `no engine suite ${JSON.stringify(value)}; there are ${Object.keys(engineSuites).join(', ')}`
    }
    suite = value
  }
  const [verb, name = 'dev', ...more] = rest
  if (verb !== 'up' && verb !== 'down' && verb !== 'status') return usage
  if (!isEngineName(name) || more.length > 0) return usage
  return { verb, name, suite }
}

const usage =
  'usage: bun tests/engine/control.ts up|down|status [name] [--suite trixie|sid|debian12]'
