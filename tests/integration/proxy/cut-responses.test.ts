import { describe, expect, test } from 'bun:test'
import { answeredWith, get, head, ProxyBed, webHost } from './bed/proxy-bed.ts'

describe('rule 12: an upstream that ends too early', () => {
  const cutBodies = [
    ['Content-Length', `${head('HTTP/1.1 200 OK', 'Content-Length: 9')}half`],
    ['chunks', `${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`],
  ]

  test.each(cutBodies)(
    '%s: an end without the rest, so that nothing sent is lost',
    async (_, response) => {
      await using bed = await ProxyBed.open()
      expect(await answeredWith(bed, response, { ends: true })).toEqual({
        text: response,
        ending: 'end',
      })
    },
  )

  test.each(cutBodies)('%s: the same after a reset', async (_, response) => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(response)
    await client.until('half')
    upstream.reset()
    expect(await client.toEnd()).toEqual({
      text: response.endsWith('half') ? '' : '\r\n',
      ending: 'end',
    })
  })

  test('a body that ends with the connection: a reset is passed on as a reset', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(`${head('HTTP/1.1 200 OK')}half`)
    await client.until('half')
    upstream.reset()
    expect((await client.toEnd()).ending).toBe('reset')
  })

  test('chunks that HTTP/1.0 gets unchunked: a reset, for nothing else would tell', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(head('GET / HTTP/1.0', `Host: ${webHost}`))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`)
    await client.until('half')
    upstream.finish()
    expect((await client.toEnd()).ending).toBe('reset')
  })

  test('chunks that turn malformed: an end without the last chunk', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(get())
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const response = `${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`
    upstream.send(response)
    expect(await client.until('half\r\n')).toBe(response)
    upstream.send('nonsense')
    expect(await client.toEnd()).toEqual({ text: '', ending: 'end' })
  })
})
