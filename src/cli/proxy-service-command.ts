import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

/** A proxy that listened before has this long to end, and the service to listen in its place. */
const START_LIMIT_MS = 15_000

export function proxyServiceCommand(app: AppContext) {
  const service = newCommand('service')
    .summary('have the proxy started at login')
    .description(
      'Make the routing proxy a service of yours, of systemd (Linux) or launchd (macOS).',
    )
  service.addCommand(
    newCommand('install')
      .summary('start it now and at each login')
      .option('--port <port>', 'where to listen; default 8080')
      .action(async (options, command) => {
        const { announceService, installService } =
          await import('./proxy-service/manage-service.ts')
        const { awaitServiceProxy } = await import('./proxy-service/await-service-proxy.ts')
        const { json } = globalOptions(command)
        const installed = await installService(app, { port: options.port })
        await awaitServiceProxy(app, installed, AbortSignal.timeout(START_LIMIT_MS))
        announceService(app, installed, { json })
      }),
  )
  service.addCommand(
    newCommand('uninstall')
      .summary('stop it and remove its file')
      .action(async (_options, command) => {
        const { uninstallService } = await import('./proxy-service/manage-service.ts')
        const { json } = globalOptions(command)
        await uninstallService(app, { json })
      }),
  )
  service.addCommand(
    newCommand('status')
      .summary('whether it is installed and runs')
      .action(async (_options, command) => {
        const { showService } = await import('./proxy-service/manage-service.ts')
        const { json } = globalOptions(command)
        await showService(app, { json })
      }),
  )
  return service
}
