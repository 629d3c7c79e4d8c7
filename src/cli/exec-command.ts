import type { AppContext } from './app-context.ts'
import { refuseCommandBeforeDashes } from './command-words.ts'
import { newCommand } from './global-options.ts'

/** @param rest what follows `--`: the command */
export function execCommand(app: AppContext, rest: readonly string[]) {
  return newCommand('exec')
    .summary('run one more command in a running run')
    .description('Run a command in a running run; its exit code is passed on.')
    .usage('[options] <run> -- command...')
    .argument('<run>', 'id, id prefix or name')
    .option('-i, --interactive', 'connect stdin, and a terminal when there is one')
    .allowExcessArguments()
    .action(async (run, options, command) => {
      refuseCommandBeforeDashes(command, 1)
      const { execInRun } = await import('./exec-in-run.ts')
      await execInRun(app, run, rest, options)
    })
}
