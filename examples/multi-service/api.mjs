import { listen } from './listen.mjs'

let visits = 0

listen('api', Number(process.env.API_PORT ?? 4000), (request, response) => {
  visits += 1
  response.writeHead(200, {
    'content-type': 'application/json',
    // The page of the other service, which has another host name, may read this.
    'access-control-allow-origin': '*',
  })
  response.end(
    `${JSON.stringify({
      service: 'api',
      agent: process.env.AGENTOPS_RUN_NAME ?? null,
      host: request.headers.host,
      path: request.url,
      visits,
    })}\n`,
  )
})
