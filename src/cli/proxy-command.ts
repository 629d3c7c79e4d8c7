import type { AppContext } from './app-context.ts'
import { newCommand } from './global-options.ts'

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
        .action(async (options, command) => {
          const { startProxy } = await import('./start-proxy.ts')
          const { json } = { ...command.optsWithGlobals(), ...options }
          await startProxy(app, {
            port: options.port,
            foreground: options.foreground === true,
            restart: name === 'restart',
            json: json === true,
          })
        }),
    )
  proxy.addCommand(
    newCommand('stop')
      .summary('stop listening')
      .action(async (options, command) => {
        const { stopProxy } = await import('./control-proxy.ts')
        const { json } = { ...command.optsWithGlobals(), ...options }
        await stopProxy(app, { json: json === true })
      }),
  )
  proxy.addCommand(
    newCommand('status')
      .summary('whether and where it listens, and what it does')
      .action(async (options, command) => {
        const { showProxyStatus } = await import('./control-proxy.ts')
        const { json } = { ...command.optsWithGlobals(), ...options }
        await showProxyStatus(app, { json: json === true })
      }),
  )
  return proxy
}
