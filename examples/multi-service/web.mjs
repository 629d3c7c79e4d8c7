import { get } from 'node:http'
import { listen } from './listen.mjs'

const names = ['AGENTOPS_URL', 'AGENTOPS_URL_WEB', 'AGENTOPS_URL_API']
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text) => text.replace(/[&<>"]/g, (character) => entities[character])

const agent = escaped(process.env.AGENTOPS_RUN_NAME ?? 'multi-service')
const apiUrl = escaped(process.env.AGENTOPS_URL_API ?? '')
const rows = names
  .map((name) => ({ name, url: process.env[name] }))
  .map(({ name, url }) => ({ name, shown: url === undefined ? 'not given' : escaped(url) }))
  .map(({ name, shown }) => `<tr><th>${name}</th><td>${shown}</td></tr>`)
  .join('\n      ')

/** What this program itself gets from the other service, by the URL that its user has. */
function askApi() {
  return new Promise((resolve) => {
    const fail = (error) => resolve(`not reached: ${error.code ?? error.message}`)
    try {
      const request = get(process.env.AGENTOPS_URL_API ?? '', { timeout: 1000 }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part) => (text += part))
        response.on('end', () => resolve(text.trim()))
        response.on('error', fail)
      })
      request.on('timeout', () => request.destroy(new Error('no answer within a second')))
      request.on('error', fail)
    } catch (error) {
      fail(error)
    }
  })
}

const page = (answer) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>web of ${agent}</title>
    <style>
      body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
      th { text-align: left; padding-right: 1rem; font-weight: normal }
      td, pre { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
    </style>
  </head>
  <body>
    <h1>web of ${agent}</h1>
    <p>This page is served inside a run. It was told where its services can be reached:</p>
    <table>
      ${rows}
    </table>
    <p>The other service: <a href="${apiUrl}">${apiUrl || 'api'}</a></p>
    <p>Your browser got from it:</p>
    <pre id="answer"></pre>
    <p>This service got from it, by the same URL:</p>
    <pre id="inside">${escaped(answer)}</pre>
    <script>
      const url = document.querySelector('a').href
      fetch(url).then((response) => response.text()).then(
        (text) => { document.querySelector('#answer').textContent = text },
        (error) => { document.querySelector('#answer').textContent = String(error) },
      )
    </script>
  </body>
</html>
`

listen('web', Number(process.env.WEB_PORT ?? 3000), async (_request, response) => {
  const answer = await askApi()
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(page(answer))
})
