import { describe, expect, test } from 'bun:test'
import { dateLine, get, head, ProxyBed } from './bed/proxy-bed.ts'

describe('rule 7: framing of a response that could be read in two ways', () => {
  test.each([
    head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 5', 'Content-Length: 6') + 'hello!',
    head('HTTP/1.1 200 OK', dateLine, 'Content-Length: x') + 'hello!',
    head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 5', 'Transfer-Encoding: chunked') +
      '0\r\n\r\n',
    head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: gzip, chunked') + '0\r\n\r\n',
    head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked, gzip') + '0\r\n\r\n',
    head('HTTP/1.0 200 OK', dateLine, 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked') + 'nonsense',
  ])('%j is a 502, and the connection is not used again', async (response) => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(response)
    expect(await client.head()).toStartWith('HTTP/1.1 502 Bad Gateway\r\n')
    await upstream.toEnd()
    expect(bed.proxy.stats().upstreamConnections).toBe(0)
  })

  test('bytes after the response make its connection useless', async () => {
    await using bed = await ProxyBed.open()
    const response = head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 2')
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(`${response}okHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`)
    expect(await client.until('ok')).toBe(`${response}ok`)
    await upstream.toEnd()
    client.send(get())
    const next = await bed.upstream.accept()
    await next.head()
    next.send(`${response}no`)
    expect(await client.until('no')).toBe(`${response}no`)
  })

  test('a response that nobody asked for is never passed on', async () => {
    await using bed = await ProxyBed.open()
    const response = head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 2')
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(`${response}ok`)
    await client.until('ok')
    upstream.send(`${response}no`)
    await upstream.toEnd()
    client.send(get())
    const next = await bed.upstream.accept()
    await next.head()
    next.send(`${response}hi`)
    expect(await client.until('hi')).toBe(`${response}hi`)
  })
})
