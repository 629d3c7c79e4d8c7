import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { RuntimeChoice, SandboxMode } from '../config/choices.ts'
import { type EnvEntry, parseEnvFile, parseEnvFlag, resolveEnv } from '../config/env-entry.ts'
import { parseMount } from '../config/mount.ts'
import { problemError } from '../config/problem.ts'
import type { ProjectConfig } from '../config/project-config.ts'
import type { SettingInputs } from '../config/settings.ts'
import { parseDnsLabel, toDnsLabel } from '../lib/dns-label.ts'
import { usageError } from '../lib/errors.ts'
import type { Parsed } from '../lib/parsed.ts'
import { parsePort } from '../lib/port-number.ts'
import { quoted } from '../lib/quoted.ts'
import type { PlanInputs } from '../run/plan-run.ts'
import { randomName } from '../run/random-name.ts'
import type { AppContext } from './app-context.ts'

/** What the command line of `agent run` says. */
export type RunFlags = {
  path: string
  command: readonly string[]
  name?: string | undefined
  /** Run the project as this branch has it, in a worktree. */
  branch?: string | undefined
  env: readonly string[]
  envFile: readonly string[]
  mount: readonly string[]
  allowUnsafeMount?: true | undefined
  interactive?: true | undefined
  detach?: true | undefined
  detachKeys: string
  keep?: true | undefined
  rebuild?: true | undefined
  sandbox?: SandboxMode | false | undefined
  runtime?: RuntimeChoice | undefined
  port?: string | undefined
  dryRun?: true | undefined
  timings?: true | undefined
  json: boolean
  verbose: boolean
  color: boolean
}

/** The value of a flag; a bad one is a usage error. */
export function valueOf<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value
  throw usageError(parsed.what, parsed.fix)
}

/** Real path of the project's folder. */
export function workspaceOf(cwd: string, path: string): string {
  const full = resolve(cwd, path)
  try {
    const real = realpathSync(full)
    if (statSync(real).isDirectory()) return real
  } catch {
    throw usageError(
      `the project ${quoted(path)} does not exist`,
      `create ${full}, or name another folder`,
    )
  }
  throw usageError(
    `the project ${quoted(path)} is no folder`,
    'name the folder that holds agent.yaml',
  )
}

/** The flags that compete with environment and files. */
export function settingFlags(
  flags: Pick<RunFlags, 'port' | 'runtime' | 'sandbox'>,
): SettingInputs['flags'] {
  const { port, runtime, sandbox } = flags
  const mode = sandbox === false ? 'none' : sandbox
  return {
    ...(port === undefined ? {} : { port: valueOf(parsePort(port, { least: 0 })) }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(mode === undefined ? {} : { sandbox: mode }),
  }
}

/** What a plan takes from the command line. */
export function planFlags(flags: RunFlags): PlanInputs['flags'] {
  return {
    command: flags.command,
    mounts: flags.mount.map((mount) => valueOf(parseMount(mount))),
    allowUnsafeMount: flags.allowUnsafeMount === true,
    interactive: flags.interactive === true,
    detach: flags.detach === true,
    keep: flags.keep === true,
    rebuild: flags.rebuild === true,
  }
}

/** --name, then the branch's, then `name:`, then a random one. */
export function nameOf(flags: Pick<RunFlags, 'name' | 'branch'>, project: ProjectConfig): string {
  if (flags.name !== undefined) return valueOf(parseDnsLabel(flags.name, 'the name'))
  const ofBranch = flags.branch === undefined ? undefined : toDnsLabel(flags.branch)
  return ofBranch ?? project.name ?? randomName()
}

/** agent.yaml's variables, then the env files', then the flags'; later ones win. `missing` are not set here. */
export function environmentOf(
  app: AppContext,
  flags: Pick<RunFlags, 'env' | 'envFile'>,
  project: ProjectConfig,
): { env: Record<string, string>; missing: string[] } {
  const own = Object.entries(project.env).map(([name, value]): EnvEntry => ({
    kind: 'value',
    name,
    value,
  }))
  const files = flags.envFile.flatMap((file) => readEnvFile(resolve(app.host.cwd, file), file))
  const asked = flags.env.map((entry) => valueOf(parseEnvFlag(entry)))
  return resolveEnv([...own, ...files, ...asked], app.host.env)
}

function readEnvFile(path: string, file: string): EnvEntry[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw usageError(
      `the env file ${quoted(file)} cannot be read`,
      `create ${basename(path)}, or leave out --env-file`,
    )
  }
  const result = parseEnvFile(text, file)
  if (result.ok) return result.value
  throw new AggregateError(result.problems.map(problemError), 'the env file has problems')
}

/** An interactive run needs a terminal on both ends. */
export function requireTerminal(
  app: AppContext,
  flags: Pick<RunFlags, 'interactive' | 'detach' | 'dryRun'>,
  project: ProjectConfig,
): void {
  const interactive = flags.interactive === true || project.interactive
  if (!interactive || flags.detach === true || flags.dryRun === true) return
  if (app.terminal.stdinIsTty && app.terminal.stdoutIsTty) return
  throw usageError('an interactive run needs a terminal, and stdin or stdout is none', [
    flags.interactive === true ? 'leave out --interactive' : 'set interactive: false in agent.yaml',
    'agent run -d, then agent logs -f <run>',
  ])
}
