import { parseChoice } from '../lib/choice.ts'
import { parseImageReference } from '../lib/image-reference.ts'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { parsePort } from '../lib/port-number.ts'
import { quoted } from '../lib/quoted.ts'
import type { Environment } from '../platform/host.ts'
import type { GlobalConfig } from './global-config.ts'
import { type ConfigResult, type Problem, resultOf } from './problem.ts'
import type { ProjectConfig } from './project-config.ts'
import { RUNTIME_KINDS, type RuntimeChoice, type SandboxMode } from './choices.ts'

/** Strongest first. */
type SettingSource = 'flag' | 'environment' | 'agent.yaml' | 'config.yaml' | 'default'

/** A value and who asked for it, because a default may give way where a wish may not. */
export type Setting<T> = {
  value: T
  source: SettingSource
  /** What was set: `--port`, `AGENTOPS_PROXY_PORT`, `proxy.port`; empty for a default. */
  name: string
}

export type Settings = {
  /** 0 (from the environment only): any free port. */
  proxyPort: Setting<number>
  /** Undefined: whichever is found. */
  runtime: Setting<RuntimeChoice | undefined>
  sandbox: Setting<SandboxMode>
  /** A BuildKit of the user's: `tcp://host:port` or `unix:///path`. */
  buildkitHost: Setting<string | undefined>
  isBuildkitDisabled: Setting<boolean>
  /** Image of the builder beside a run with docker:dind; undefined: the one that this version was tried with. */
  buildkitImage: Setting<string | undefined>
}

/** Where settings come from. `project` is absent for commands that belong to no project. */
export type SettingInputs = {
  flags: { port?: number; runtime?: RuntimeChoice; sandbox?: SandboxMode }
  env: Environment
  project?: ProjectConfig
  global: GlobalConfig
  /** Node's name of the operating system: gVisor is the default on `linux` and does not exist elsewhere. */
  platform: string
}

const DEFAULT_PROXY_PORT = 8080

/** Flag > environment > agent.yaml > config.yaml > default; or every variable with a bad value. */
export function resolveSettings(inputs: SettingInputs): ConfigResult<Settings> {
  const { flags, project, global, platform } = inputs
  const { values, problems } = readVariables(inputs.env)
  const settings = (): Settings => ({
    proxyPort: strongest<number>(DEFAULT_PROXY_PORT, [
      ['flag', '--port', flags.port],
      ['environment', 'AGENTOPS_PROXY_PORT', values.port],
      ['config.yaml', 'proxy.port', global.proxyPort],
    ]),
    runtime: strongest<RuntimeChoice | undefined>(undefined, [
      ['flag', '--runtime', flags.runtime],
      ['environment', 'AGENTOPS_RUNTIME', values.runtime],
      ['agent.yaml', 'container.runtime', project?.container.runtime],
      ['config.yaml', 'runtime', global.runtime],
    ]),
    sandbox: strongest<SandboxMode>(platform === 'linux' ? 'gvisor' : 'none', [
      ['flag', '--sandbox', flags.sandbox],
      ['environment', 'AGENTOPS_NO_SANDBOX', values.noSandbox === true ? 'none' : undefined],
      ['agent.yaml', 'sandbox', project?.sandbox],
      ['config.yaml', 'sandbox', global.sandbox],
    ]),
    buildkitHost: strongest<string | undefined>(undefined, [
      ['environment', 'BUILDKIT_HOST', values.buildkitHost],
    ]),
    isBuildkitDisabled: strongest<boolean>(false, [
      ['environment', 'AGENTOPS_DISABLE_BUILDKIT', values.noBuildkit],
    ]),
    buildkitImage: strongest<string | undefined>(undefined, [
      ['environment', 'AGENTOPS_BUILDKIT_IMAGE', values.buildkitImage],
    ]),
  })
  return resultOf(settings, problems)
}

/** The variables that are settings, each read once. */
function readVariables(env: Environment) {
  const problems: Problem[] = []
  // An empty variable is an unset one, as for docker.
  const read = <T>(name: string, parse: (text: string, name: string) => Parsed<T>) => {
    const text = env[name]
    if (text === undefined || text === '') return undefined
    const result = parse(text, name)
    if (result.ok) return result.value
    problems.push({ what: result.what, fix: result.fix })
    return undefined
  }
  const values = {
    port: read('AGENTOPS_PROXY_PORT', parsePortVariable),
    runtime: read('AGENTOPS_RUNTIME', (text, name) => parseChoice(text, RUNTIME_KINDS, name)),
    noSandbox: read('AGENTOPS_NO_SANDBOX', parseSwitch),
    noBuildkit: read('AGENTOPS_DISABLE_BUILDKIT', parseSwitch),
    buildkitHost: read('BUILDKIT_HOST', parseBuildkitHost),
    buildkitImage: read('AGENTOPS_BUILDKIT_IMAGE', parseImage),
  }
  return { values, problems }
}

/** The first that is set. */
function strongest<T>(
  byDefault: T,
  candidates: readonly (readonly [source: SettingSource, name: string, value: T | undefined])[],
): Setting<T> {
  for (const [source, name, value] of candidates) {
    if (value !== undefined) return { value, source, name }
  }
  return { value: byDefault, source: 'default', name: '' }
}

function parsePortVariable(text: string, name: string): Parsed<number> {
  const port = parsePort(text, { least: 0 })
  return port.ok ? port : refused(`${name}: ${port.what}`, port.fix)
}

/** Undefined for 0: the variable then says nothing. */
function parseSwitch(text: string, name: string): Parsed<true | undefined> {
  if (text === '1') return parsed(true)
  if (text === '0') return parsed(undefined)
  return refused(`${name} is ${quoted(text)}, not 1`, `set ${name}=1, or unset it`)
}

function parseImage(text: string, name: string): Parsed<string> {
  const reference = parseImageReference(text)
  return reference.ok ? parsed(text) : refused(`${name}: ${reference.what}`, reference.fix)
}

function parseBuildkitHost(text: string): Parsed<string> {
  const isTcp = /^tcp:\/\/(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+):\d{1,5}$/i.test(text)
  if (isTcp || /^unix:\/\/\/./.test(text)) return parsed(text)
  return refused(
    `BUILDKIT_HOST is ${quoted(text)}, not an address`,
    'set it like tcp://127.0.0.1:1234 or unix:///run/buildkit/buildkitd.sock',
  )
}
