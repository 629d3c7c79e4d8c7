import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'
import { proxyServiceCommand } from './proxy-service-command.ts'

export function proxyCommand(app: AppContext) {
  const proxy = newCommand('proxy')
    .summary('the routing proxy')
    .description('Start, stop and look at the routing proxy that gives services their names.')
  for (const name of ['start', 'restart'] as const)
    proxy.addCommand(
      newCommand(name)
        .summary(name === 'start' ? 'listen, until stopped by name' : 'stop listening, then start')
        .option('--port <port>', 'where to listen; default 8080')
        .option('--foreground', 'stay in this terminal')
        .option('--service', 'with --foreground: a service manager starts it again')
        .action(async (options, command) => {
          const { startProxy } = await import('./start-proxy.ts')
          const { json } = globalOptions(command)
          await startProxy(app, {
            port: options.port,
            foreground: options.foreground === true,
            service: options.service === true,
            restart: name === 'restart',
            json,
          })
        }),
    )
  proxy.addCommand(
    newCommand('stop')
      .summary('stop listening')
      .action(async (_options, command) => {
        const { stopProxy } = await import('./control-proxy.ts')
        const { json } = globalOptions(command)
        await stopProxy(app, { json })
      }),
  )
  proxy.addCommand(
    newCommand('status')
      .summary('whether and where it listens, and what it does')
      .action(async (_options, command) => {
        const { showProxyStatus } = await import('./control-proxy.ts')
        const { json } = globalOptions(command)
        await showProxyStatus(app, { json })
      }),
  )
  proxy.addCommand(proxyServiceCommand(app))
  return proxy
}
