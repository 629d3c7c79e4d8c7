import { describe, expect, test } from 'bun:test'
import { dateLine, answeredWith, get, head, ProxyBed, webHost } from './bed/proxy-bed.ts'

const close = 'Connection: close'

/** What a client gets that asked with `Connection: close`, when the upstream keeps its connection open. */
async function passed(response: string, request = get(close)): Promise<string> {
  await using bed = await ProxyBed.open()
  const { text, ending } = await answeredWith(bed, response, { request })
  expect(ending).toBe('end')
  return text
}

describe('rule 8: interim responses', () => {
  test('103 comes before the final response, as it is, without fields of the hop', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(head('HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload', 'Connection: x'))
    expect(await client.head()).toBe(
      head('HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload'),
    )
    upstream.send(
      head('HTTP/1.1 102 Processing') + head('HTTP/1.1 204 No Content', dateLine, 'A: 1'),
    )
    expect(await client.head()).toBe(head('HTTP/1.1 102 Processing'))
    expect(await client.head()).toBe(head('HTTP/1.1 204 No Content', dateLine, 'A: 1'))
  })

  test('HTTP/1.0 gets none', async () => {
    const response =
      head('HTTP/1.1 103 Early Hints', 'A: 1') + head('HTTP/1.1 204 No Content', dateLine)
    expect(await passed(response, head('GET / HTTP/1.0', `Host: ${webHost}`))).toBe(
      head('HTTP/1.1 204 No Content', dateLine, 'Connection: close'),
    )
  })

  test('HTTP/1.0 gets the data of a chunked body and the end of the connection', async () => {
    const response =
      head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked', 'Trailer: T', 'A: 1') +
      '3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nT: 1\r\n\r\n'
    const request = head('GET / HTTP/1.0', `Host: ${webHost}`, 'Connection: keep-alive')
    expect(await passed(response, request)).toBe(
      `${head('HTTP/1.1 200 OK', dateLine, 'A: 1', 'Connection: close')}abcdefg`,
    )
  })

  test('HTTP/1.0 may keep its connection when it asks to', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(head('GET / HTTP/1.0', `Host: ${webHost}`, 'Connection: Keep-Alive'))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(
      `${head('HTTP/1.0 200 OK', dateLine, 'Content-Length: 2', 'Connection: keep-alive')}ok`,
    )
    expect(await client.until('ok')).toBe(
      `${head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 2', 'Connection: keep-alive')}ok`,
    )
    client.send(head('GET / HTTP/1.0', `Host: ${webHost}`))
    await upstream.head()
  })

  test('a 101 that nobody asked for is a bad answer', async () => {
    const text = await passed(head('HTTP/1.1 101 Switching Protocols', 'Upgrade: x'))
    expect(text).toStartWith('HTTP/1.1 502 Bad Gateway\r\n')
  })
})
