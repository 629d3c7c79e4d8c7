import { expect, test } from 'bun:test'
import { eventually } from './bed/eventually.ts'
import { dateLine, get, head, okResponse, ProxyBed } from './bed/proxy-bed.ts'

test('the access log tells each request to a service when it is over', async () => {
  await using bed = await ProxyBed.open()
  const client = await bed.client()
  client.send(head('GET /a?b HTTP/1.1', 'Host: web.myapp.localhost') + get())
  const upstream = await bed.upstream.accept()
  await upstream.head()
  upstream.send(okResponse)
  await upstream.head()
  client.reset()
  await eventually(() => bed.access.length === 2, 'two entries')
  const common = {
    agent: 'myapp',
    service: 'web',
    runId: 'run_000000000001',
    atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    method: 'GET',
  }
  expect(bed.access).toMatchObject([
    { ...common, target: '/a?b', status: 200, bodyBytes: 2 },
    { ...common, target: '/', status: 0, bodyBytes: 0 },
  ])
})

test('the access log recognises that a dev server refused the host, wherever its answer is cut', async () => {
  await using bed = await ProxyBed.open()
  const client = await bed.client()
  client.send(get())
  const upstream = await bed.upstream.accept()
  await upstream.head()
  const body = 'Blocked request. This host ("web.myapp.localhost") is not allowed.'
  upstream.send(head('HTTP/1.1 403 Forbidden', dateLine, `Content-Length: ${body.length}`))
  await client.head()
  upstream.send(body)
  await client.until('not allowed.')
  await eventually(() => bed.access.length === 1, 'an entry')
  expect(bed.access[0]?.hostBlock?.framework).toBe('Vite')
})
