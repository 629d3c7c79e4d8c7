import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { parse } from 'yaml'

const exampleDir = join(import.meta.dirname, '..', '..', '..', 'examples', 'multi-service')

/** A port that nothing listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Resolves when the program has said these lines, in any order. */
async function untilSaid(output: ReadableStream<Uint8Array>, wanted: readonly string[]) {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of output) {
    text += decoder.decode(chunk, { stream: true })
    if (wanted.every((line) => text.includes(`${line}\n`))) return
  }
  throw new Error(`ended after saying only: ${text}`)
}

type Example = { web: number; api: number; child: Bun.Subprocess<'ignore', 'pipe', 'inherit'> }

let example: Example

beforeAll(async () => {
  const [web, api] = await Promise.all([freePort(), freePort()])
  const child = Bun.spawn([process.execPath, 'start.mjs'], {
    cwd: exampleDir,
    env: {
      PATH: process.env['PATH'] ?? '',
      WEB_PORT: String(web),
      API_PORT: String(api),
      AGENTOPS_RUN_NAME: '<myapp>',
      AGENTOPS_URL: 'http://myapp.localhost:8080',
      AGENTOPS_URL_WEB: 'http://web.myapp.localhost:8080',
      AGENTOPS_URL_API: 'http://api.myapp.localhost:8080',
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  example = { web, api, child }
  await untilSaid(child.stdout, [`web listens on port ${web}`, `api listens on port ${api}`])
})

afterAll(() => {
  example.child.kill('SIGTERM')
})

test('agent.yaml names both services and starts them with one command', async () => {
  const config: unknown = parse(await Bun.file(join(exampleDir, 'agent.yaml')).text())
  expect(config).toEqual({
    name: 'multi-service',
    dependencies: ['node'],
    ports: { web: 3000, api: 4000 },
    command: ['node', 'start.mjs'],
  })
})

test('web shows the addresses it was given and links to api', async () => {
  const response = await fetch(`http://127.0.0.1:${example.web}/`)
  const page = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  for (const url of ['http://myapp.localhost:8080', 'http://web.myapp.localhost:8080'])
    expect(page).toContain(`<td>${url}</td>`)
  expect(page).toContain('<a href="http://api.myapp.localhost:8080">')
  expect(page).toContain('web of &lt;myapp&gt;')
})

test('web shows what it got itself from api by the same URL', async () => {
  const page = await (await fetch(`http://127.0.0.1:${example.web}/`)).text()
  // Nothing is at that address here: it has a name only inside a run.
  expect(page).toMatch(/<pre id="inside">not reached: [A-Z]+/)
})

test('api answers JSON with the host it was asked for', async () => {
  const headers = { host: 'api.myapp.localhost:8080' }
  const response = await fetch(`http://127.0.0.1:${example.api}/hello?a=1`, { headers })
  const answer: unknown = await response.json()
  expect(answer).toEqual({
    service: 'api',
    agent: '<myapp>',
    host: 'api.myapp.localhost:8080',
    path: '/hello?a=1',
    visits: 1,
  })
})

test('a stop ends both services', async () => {
  example.child.kill('SIGTERM')
  expect(await example.child.exited).toBe(0)
  for (const port of [example.web, example.api]) {
    const outcome = await fetch(`http://127.0.0.1:${port}/`).then(
      () => 'answered',
      () => 'refused',
    )
    expect(outcome).toBe('refused')
  }
})
