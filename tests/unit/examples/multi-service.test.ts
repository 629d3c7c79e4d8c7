import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { parse } from 'yaml'
import { requestByName } from '../../../scripts/request-by-name.ts'

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
async function untilSaid(output: Readable, wanted: readonly string[]) {
  let text = ''
  for await (const chunk of output.setEncoding('utf8')) {
    text += String(chunk)
    if (wanted.every((line) => text.includes(`${line}\n`))) return
  }
  throw new Error(`ended after saying only: ${text}`)
}

type Example = { web: number; api: number; child: ChildProcessByStdio<null, Readable, null> }

let example: Example

beforeAll(async () => {
  const [web, api] = await Promise.all([freePort(), freePort()])
  const child = spawn(process.execPath, ['start.mjs'], {
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
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  example = { web, api, child }
  await untilSaid(child.stdout, [`web listens on port ${web}`, `api listens on port ${api}`])
})

afterAll(() => {
  example.child.kill('SIGTERM')
})

test('agent.yaml names both services and starts them with one command', async () => {
  const config: unknown = parse(await readFile(join(exampleDir, 'agent.yaml'), 'utf8'))
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
  const url = new URL(`http://api.myapp.localhost:${example.api}/hello?a=1`)
  const { body } = await requestByName(url, AbortSignal.timeout(5_000))
  expect(JSON.parse(body)).toEqual({
    service: 'api',
    agent: '<myapp>',
    host: url.host,
    path: '/hello?a=1',
    visits: 1,
  })
})

test('a stop ends both services', async () => {
  const exited = once(example.child, 'exit')
  // Not `child.kill`: after it Deno tells of every child that the signal ended it.
  process.kill(example.child.pid ?? -1, 'SIGTERM')
  expect(await exited).toEqual([0, null])
  for (const port of [example.web, example.api]) {
    const outcome = await fetch(`http://127.0.0.1:${port}/`).then(
      () => 'answered',
      () => 'refused',
    )
    expect(outcome).toBe('refused')
  }
})
