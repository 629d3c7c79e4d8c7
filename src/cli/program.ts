import type { AppContext } from './app-context.ts'
import { attachCommand } from './attach-command.ts'
import { destroyCommand } from './destroy-command.ts'
import { execCommand } from './exec-command.ts'
import { newCommand } from './global-options.ts'
import { listCommand } from './list-command.ts'
import { logsCommand } from './logs-command.ts'
import { openCommand } from './open-command.ts'
import { proxyCommand } from './proxy-command.ts'
import { routeCommand } from './route-command.ts'
import { runCommand } from './run-command.ts'
import { statusCommand } from './status-command.ts'
import { stopCommand } from './stop-command.ts'
import { urlCommand } from './url-command.ts'
import { versionCommand } from './version-command.ts'
import { versionLine } from './version-line.ts'

/**
 * The parser of every command. Actions load what they need by themselves, so that this costs little.
 * @param rest what follows `--` on the command line
 */
export function createProgram(app: AppContext, rest: readonly string[]) {
  const program = newCommand('agent')
    .description('Run coding agents in isolated containers, and reach what they serve by name.')
    .usage('[options] <command>')
    .version(versionLine(app.build), '--version', 'print the version')
  program.addCommand(runCommand(app, rest))
  program.addCommand(listCommand(app))
  program.addCommand(stopCommand(app))
  program.addCommand(destroyCommand(app))
  program.addCommand(logsCommand(app))
  program.addCommand(urlCommand(app))
  program.addCommand(openCommand(app))
  program.addCommand(attachCommand(app))
  program.addCommand(execCommand(app, rest))
  program.addCommand(routeCommand(app))
  program.addCommand(proxyCommand(app))
  program.addCommand(statusCommand(app))
  program.addCommand(versionCommand(app))
  return program
}
