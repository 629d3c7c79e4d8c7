import type { AppContext } from './app-context.ts'
import { newCommand } from './global-options.ts'

export function routeCommand(app: AppContext) {
  const route = newCommand('route')
    .summary('static routes to what runs outside')
    .description(
      'Give a stable name to something that runs outside, such as a dev server. Static routes stay until they are removed.',
    )
  route.addCommand(
    newCommand('add')
      .summary('add or replace a static route')
      .argument('<name>', 'service.agent')
      .argument('<upstream>', 'port, or host:port')
      .option('--port <port>', 'port of the routing proxy')
      .action(async (name, upstream, options, command) => {
        const { addRoute } = await import('./static-routes.ts')
        const { json } = { ...command.optsWithGlobals(), ...options }
        await addRoute(app, name, upstream, { port: options.port, json: json === true })
      }),
  )
  route.addCommand(
    newCommand('list')
      .alias('ls')
      .summary('list all routes')
      .action(async (options, command) => {
        const { listRoutes } = await import('./static-routes.ts')
        const { json } = { ...command.optsWithGlobals(), ...options }
        listRoutes(app, { json: json === true })
      }),
  )
  route.addCommand(
    newCommand('remove')
      .alias('rm')
      .summary('remove a static route')
      .argument('<name>', 'service.agent')
      .action(async (name, options, command) => {
        const { removeRoute } = await import('./static-routes.ts')
        const { json } = { ...command.optsWithGlobals(), ...options }
        removeRoute(app, name, { json: json === true })
      }),
  )
  return route
}
