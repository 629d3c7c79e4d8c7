import type { AppContext } from './app-context.ts'
import { globalOptions, newCommand } from './global-options.ts'

export function openCommand(app: AppContext) {
  return newCommand('open')
    .summary('open a service in the browser')
    .description('Open the URL of a service in the browser, and print it.')
    .argument('<run>', 'id, id prefix or name')
    .argument('[service]', 'the service')
    .action(async (run, service, _options, command) => {
      const { serviceUrl } = await import('./service-url.ts')
      const { openInBrowser } = await import('../platform/open-in-browser.ts')
      const { json } = globalOptions(command)
      const found = serviceUrl(app, run, service)
      app.output.answer(json ? JSON.stringify(found) : found.url)
      await openInBrowser(found.url, app.host.platform)
    })
}
