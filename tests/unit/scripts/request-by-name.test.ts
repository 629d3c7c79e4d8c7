import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createServer } from 'node:http'
import { requestByName } from '../../../scripts/request-by-name.ts'

const server = createServer((request, response) => {
  if (request.url === '/silent') return
  response.writeHead(203, { 'content-type': 'text/plain' })
  response.end(`${request.headers.host} ${request.url}`)
})
let port = 0

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('a name no resolver knows is reached on 127.0.0.1, and is the Host', async () => {
  const url = new URL(`http://web.nobody-knows.localhost:${port}/a?b=1`)
  const answer = await requestByName(url, AbortSignal.timeout(5000))
  expect(answer).toMatchObject({
    status: 203,
    contentType: 'text/plain',
    body: `web.nobody-knows.localhost:${port} /a?b=1`,
  })
})

test('a server that never answers is given up on when the signal says so', async () => {
  const url = new URL(`http://127.0.0.1:${port}/silent`)
  const outcome = await requestByName(url, AbortSignal.timeout(50)).then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )
  expect(outcome).toMatch(/TimeoutError|AbortError/)
})
