import { describe, expect, test } from 'bun:test'
import { dateLine, answeredWith, get, head, ProxyBed, webHost } from './bed/proxy-bed.ts'

describe('rule 12: an upstream that ends too early', () => {
  const cutBodies = [
    ['Content-Length', `${head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 9')}half`],
    ['chunks', `${head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`],
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
    upstream.send(`${head('HTTP/1.1 200 OK', dateLine)}half`)
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
    upstream.send(`${head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`)
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
    const response = `${head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked')}4\r\nhalf\r\n`
    upstream.send(response)
    expect(await client.until('half\r\n')).toBe(response)
    upstream.send('nonsense')
    expect(await client.toEnd()).toEqual({ text: '', ending: 'end' })
  })
})

describe('rule 12: a response cut at every byte', () => {
  const bodies = {
    'Content-Length': `${head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 6')}abcdef`,
    chunks: `${head('HTTP/1.1 200 OK', dateLine, 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\nT: 1\r\n\r\n`,
  }

  test.each(Object.entries(bodies))(
    '%s: is a 502 within the head, and never whole',
    async (_, whole) => {
      await using bed = await ProxyBed.open()
      const headLength = whole.indexOf('\r\n\r\n') + 4
      for (let length = 0; length < whole.length; length++) {
        const client = await bed.client()
        client.send(get())
        const upstream = await bed.upstream.accept()
        await upstream.head()
        upstream.send(whole.slice(0, length)).finish()
        if (length < headLength) {
          expect(await client.head()).toStartWith('HTTP/1.1 502 Bad Gateway\r\n')
          client.reset()
        } else {
          expect(await client.toEnd()).toEqual({ text: whole.slice(0, length), ending: 'end' })
        }
      }
    },
  )
})
