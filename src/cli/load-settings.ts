import { join } from 'node:path'
import type { PortSource } from '../daemon/control-protocol.ts'
import { type GlobalConfig, loadGlobalConfig } from '../config/global-config.ts'
import { loadProjectConfig } from '../config/load-project-config.ts'
import { type ConfigResult, type Problem, problemsError } from '../config/problem.ts'
import type { ProjectConfig } from '../config/project-config.ts'
import {
  resolveSettings,
  type Setting,
  type Settings,
  type SettingInputs,
} from '../config/settings.ts'
import type { AppContext } from './app-context.ts'

/** A config.yaml that says nothing. */
const NOTHING: GlobalConfig = { proxyPort: undefined, runtime: undefined, sandbox: undefined }

export type LoadedConfig = {
  project: ProjectConfig
  settings: Settings
  /** What the settings would be without agent.yaml: what the user says beside it. */
  ownSettings: Settings
}

/**
 * Reads agent.yaml, config.yaml and the environment, and throws every problem of all three at once
 * (AggregateError of UserError), before anything is made.
 */
export function loadConfig(
  app: AppContext,
  options: { workspace: string; file: string; flags: SettingInputs['flags'] },
): LoadedConfig {
  const { workspace, file, flags } = options
  const project = loadProjectConfig({ path: join(workspace, 'agent.yaml'), file })
  const global = readGlobalConfig(app)
  const settings = settingsFrom(app, {
    flags,
    global,
    ...(project.ok && { project: project.value }),
  })
  const own = settingsFrom(app, { flags, global })
  if (project.ok && settings.ok && own.ok)
    return { project: project.value, settings: settings.value, ownSettings: own.value }
  throw problemsError([...problemsOf(project), ...problemsOf(settings)])
}

/** Settings of a command that belongs to no project. */
export function loadSettings(app: AppContext, flags: SettingInputs['flags']): Settings {
  const settings = settingsFrom(app, { flags, global: readGlobalConfig(app) })
  if (settings.ok) return settings.value
  throw problemsError(settings.problems)
}

/** The port that a flag or the environment asks for, found without reading any file. */
export function portBesideFiles(
  { host: { env, platform } }: AppContext,
  flags: SettingInputs['flags'],
): number | undefined {
  const settings = resolveSettings({ flags, env, platform, global: NOTHING })
  if (!settings.ok) throw problemsError(settings.problems)
  const { value, source } = settings.value.proxyPort
  return source === 'default' ? undefined : value
}

/** How the daemon treats a port that it cannot have. */
export function portWish({ value, source }: Setting<number>): { port: number; source: PortSource } {
  return { port: value, source: source === 'default' ? 'default' : 'asked' }
}

function readGlobalConfig({ paths }: AppContext): ConfigResult<GlobalConfig> {
  return loadGlobalConfig({ path: paths.config, file: paths.config })
}

function settingsFrom(
  { host: { env, platform } }: AppContext,
  inputs: {
    flags: SettingInputs['flags']
    global: ConfigResult<GlobalConfig>
    project?: ProjectConfig
  },
): ConfigResult<Settings> {
  const { flags, global, project } = inputs
  const settings = resolveSettings({
    flags,
    env,
    platform,
    global: global.ok ? global.value : NOTHING,
    ...(project === undefined ? {} : { project }),
  })
  const problems = [...problemsOf(global), ...problemsOf(settings)]
  const [first, ...others] = problems
  return first === undefined ? settings : { ok: false, problems: [first, ...others] }
}

function problemsOf(result: ConfigResult<unknown>): readonly Problem[] {
  return result.ok ? [] : result.problems
}
