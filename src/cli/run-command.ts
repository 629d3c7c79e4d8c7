import { Option } from '@commander-js/extra-typings'
import { RUNTIME_KINDS, SANDBOX_MODES } from '../config/choices.ts'
import type { AppContext } from './app-context.ts'
import { refuseCommandBeforeDashes } from './command-words.ts'
import { globalOptions, newCommand } from './global-options.ts'

/** @param rest what follows `--`: the command to run */
export function runCommand(app: AppContext, rest: readonly string[]) {
  return newCommand('run')
    .summary('run an agent in an isolated container')
    .description(
      'Run the project at PATH (default: the current folder) in an isolated container, and give each of its services a stable name.',
    )
    .argument('[path]', 'the project')
    .usage('[options] [path] [-- command...]')
    .option('--name <name>', 'name of the run, part of its URLs')
    .option(
      '--branch <name>',
      'run the project as this branch has it, in a git worktree of its own',
    )
    .option('-e, --env <K=V>', 'set a variable, or pass on ours with K alone', collect)
    .option('--env-file <file>', 'read variables from a file', collect)
    .option('-m, --mount <src:dst[:ro]>', 'mount a folder or file', collect)
    .option('--allow-unsafe-mount', 'allow mounts that give away more than a project')
    .option('-i, --interactive', 'connect stdin and a terminal')
    .option('-d, --detach', 'start in the background and print the run id')
    .option('--detach-keys <keys>', 'keys that leave an interactive run', 'ctrl-p,ctrl-q')
    .option('--keep', 'keep the container after the run')
    .addOption(new Option('--sandbox <mode>', 'the boundary').choices(SANDBOX_MODES))
    .option('--no-sandbox', 'the same as --sandbox none')
    .addOption(new Option('--runtime <kind>', 'where to run').choices(RUNTIME_KINDS))
    .option('--port <port>', 'port of the routing proxy')
    .option('--rebuild', 'fetch the image anew')
    .option('--dry-run', 'print the plan and touch nothing')
    .option('--timings', 'say how long each step took')
    .allowExcessArguments()
    .action(async (path, options, command) => {
      refuseCommandBeforeDashes(command, 1)
      const { performRun } = await import('./perform-run.ts')
      const { json, verbose, color } = globalOptions(command)
      await performRun(app, {
        ...options,
        env: options.env ?? [],
        envFile: options.envFile ?? [],
        mount: options.mount ?? [],
        path: path ?? '.',
        command: rest,
        json,
        verbose,
        color,
      })
    })
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}
