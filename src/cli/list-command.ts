import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand, styleFor } from './global-options.ts'
import { wakeDaemon } from './wake-daemon.ts'

export function listCommand(app: AppContext) {
  return newCommand('list')
    .alias('ls')
    .summary('list runs')
    .description('List the live runs, or with -a all that were not destroyed.')
    .option('-a, --all', 'show ended runs too')
    .action(async (options, command) => {
      const { openStoresForReading } = await import('./stores.ts')
      const { listRow, listRuns } = await import('./list-runs.ts')
      const { readDaemonRow } = await import('../daemon/daemon-row.ts')
      const { json, color } = globalOptions(command)
      const stores = openStoresForReading(app)
      const proxyPort = stores && readDaemonRow(stores.state)?.proxyPort
      const runs = stores
        ? await listRuns(stores.context, { all: options.all === true, proxyPort })
        : []
      if (json) {
        app.output.answer(JSON.stringify({ runs }, undefined, 2))
      } else {
        const { formatTable } = await import('./table.ts')
        const { bold } = styleFor(app, { color }, 'stdout')
        const [header = '', ...lines] = formatTable(
          ['NAME', 'RUN ID', 'STATE', 'RUNTIME', 'AGE', 'SERVICES'],
          runs.map(listRow),
        )
        app.output.answer(bold(header))
        for (const line of lines) app.output.answer(line)
      }
      if (stores) wakeDaemon(app, stores)
    })
}
