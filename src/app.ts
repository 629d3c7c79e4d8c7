import { CommanderError } from '@commander-js/extra-typings'
import type { AppContext } from './cli/app-context.ts'
import { ExitError } from './cli/exit-error.ts'
import { firstError } from './cli/first-error.ts'
import { styleFor } from './cli/global-options.ts'
import { runInternalCommand } from './cli/internal-commands.ts'
import { createProgram, parsedWords } from './cli/program.ts'
import { reportErrors } from './cli/report-error.ts'
import { usageProblem } from './cli/usage-problem.ts'
import { buildInfo } from './platform/build-info.ts'
import { systemClock } from './platform/clock.ts'
import { currentHost, type Host } from './platform/host.ts'
import { systemOutput } from './platform/output.ts'
import { sudoCaller, type SudoCaller } from './platform/privileges.ts'
import { systemProcessTable } from './platform/process-identity.ts'
import { selfCommand } from './platform/self-command.ts'
import { spawnUnwatched } from './platform/spawn-detached.ts'
import { statePaths } from './platform/state-paths.ts'
import { systemTerminal } from './platform/terminal.ts'
import { daemonEnv } from './daemon/daemon-env.ts'
import { systemBuilders } from './system-builders.ts'
import { systemRuntimes } from './system-runtimes.ts'

/** Puts the program together and runs one command line. Returns the exit code. */
export async function runApp(argv: readonly string[]): Promise<number> {
  const app = createApp(currentHost(), argv)
  const dashes = argv.indexOf('--')
  const own = dashes < 0 ? argv : argv.slice(0, dashes)
  const rest = dashes < 0 ? [] : argv.slice(dashes + 1)
  try {
    if (await runInternalCommand(app, argv)) return 0
    const words = parsedWords(own)
    const program = await createProgram(app, rest, words[0])
    await program.parseAsync([...words], { from: 'user' })
    return 0
  } catch (error) {
    return exitCodeOf(firstError(error), app, own)
  }
}

/** Everything the commands work with on this machine. */
export function createApp(host: Host, argv: readonly string[]): AppContext {
  const paths = statePaths(host)
  const command = selfCommand()
  return {
    host,
    paths,
    output: systemOutput(),
    terminal: systemTerminal(),
    clock: systemClock,
    processes: systemProcessTable(),
    build: buildInfo(),
    selfCommand: command,
    runtimes: systemRuntimes(host),
    builders: systemBuilders,
    startDaemonInBackground: () =>
      spawnUnwatched([...command, '__daemon'], { env: daemonEnv(host.env, paths) }),
    sudoCaller: () => sudoCaller(host, argv),
    forCaller: ({ homeDir, uid, gid }: SudoCaller) =>
      createApp({ ...host, homeDir, uid, gid }, argv),
  }
}

function exitCodeOf(error: unknown, app: AppContext, argv: readonly string[]): number {
  if (error instanceof ExitError) return error.exitCode
  // Help and version were printed; that is what was asked for.
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  // A command group alone: its help was printed in place of an error.
  if (error instanceof CommanderError && error.code === 'commander.help') return 2
  const json = argv.includes('--json')
  const verbose = argv.includes('-v') || argv.includes('--verbose')
  const style = styleFor(app, { color: !argv.includes('--no-color') }, 'stderr')
  const problems: unknown[] = error instanceof AggregateError ? error.errors : [error]
  return reportErrors(problems.map(usageProblem), app.output, { json, verbose, style })
}
