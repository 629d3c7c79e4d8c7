import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

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
        const { json } = globalOptions(command)
        await addRoute(app, name, upstream, { port: options.port, json })
      }),
  )
  route.addCommand(
    newCommand('list')
      .alias('ls')
      .summary('list all routes')
      .action(async (_options, command) => {
        const { listRoutes } = await import('./static-routes.ts')
        const { json } = globalOptions(command)
        listRoutes(app, { json })
      }),
  )
  route.addCommand(
    newCommand('remove')
      .alias('rm')
      .summary('remove a static route')
      .argument('<name>', 'service.agent')
      .action(async (name, _options, command) => {
        const { removeRoute } = await import('./static-routes.ts')
        const { json } = globalOptions(command)
        removeRoute(app, name, { json })
      }),
  )
  return route
}
