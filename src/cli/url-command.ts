import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function urlCommand(app: AppContext) {
  return newCommand('url')
    .summary("print a service's URL")
    .description('Print the URL of a service; without one, of the first that agent.yaml names.')
    .argument('<run>', 'id, id prefix or name')
    .argument('[service]', 'the service')
    .action(async (run, service, _options, command) => {
      const { serviceUrl } = await import('./service-url.ts')
      const { json } = globalOptions(command)
      const found = serviceUrl(app, run, service)
      app.output.answer(json ? JSON.stringify(found) : found.url)
    })
}
