import { describe, expect, test } from 'bun:test'
import { dateLine, get, head, okResponse, ProxyBed, webHost } from './bed/proxy-bed.ts'

const post = (...lines: string[]): string => head('POST / HTTP/1.1', `Host: ${webHost}`, ...lines)

describe('request bodies', () => {
  test('a GET with a body is passed on with it', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(`${get('Content-Length: 4')}body`)
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toContain('\r\nContent-Length: 4\r\n')
    expect(await upstream.next(4)).toBe('body')
  })

  test('a body is sent on as it comes, before its end', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(`${post('Content-Length: 6')}ab`)
    const upstream = await bed.upstream.accept()
    await upstream.head()
    expect(await upstream.next(2)).toBe('ab')
    client.send('cd')
    expect(await upstream.next(2)).toBe('cd')
    client.send('ef')
    expect(await upstream.next(2)).toBe('ef')
    upstream.send(okResponse)
    expect(await client.until('ok')).toBe(okResponse)
  })

  test('an early answer reaches the client while it still sends; both connections stay usable', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(`${post('Content-Length: 6')}ab`)
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(okResponse)
    expect(await client.until('ok')).toBe(okResponse)
    client.send(`cdef${get()}`)
    expect(await upstream.until('abcdef')).toBe('abcdef')
    expect(await upstream.head()).toStartWith('GET / HTTP/1.1\r\n')
  })

  test('an early answer whose upstream leaves: the rest of the body is read and dropped', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(`${post('Content-Length: 6')}ab`)
    const upstream = await bed.upstream.accept()
    await upstream.head()
    upstream.send(okResponse).finish()
    expect(await client.until('ok')).toBe(okResponse)
    client.send(`cdef${get()}`)
    const next = await bed.upstream.accept()
    expect(await next.head()).toStartWith('GET / HTTP/1.1\r\n')
  })

  test('a client that leaves in the middle takes the upstream with it', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(`${post('Content-Length: 6')}ab`)
    const upstream = await bed.upstream.accept()
    await upstream.head()
    client.finish()
    expect((await upstream.toEnd()).text).toBe('ab')
    expect((await client.toEnd()).text).toBe('')
  })

  test('a page that answers a POST leaves the connection usable', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(head('POST / HTTP/1.1', 'Host: nobody.localhost', 'Content-Length: 6').concat('ab'))
    expect(await client.head()).toStartWith('HTTP/1.1 404 Not Found\r\n')
    client.send(`cdef${get()}`)
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toStartWith('GET / HTTP/1.1\r\n')
  })
})

describe('rule 8: Expect: 100-continue', () => {
  test('is passed on, and so is the 100', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(post('Content-Length: 2', 'Expect: 100-continue'))
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toContain('\r\nExpect: 100-continue\r\n')
    upstream.send(head('HTTP/1.1 100 Go on', 'A: 1'))
    expect(await client.head()).toBe(head('HTTP/1.1 100 Go on', 'A: 1'))
    client.send('ab')
    expect(await upstream.next(2)).toBe('ab')
    upstream.send(okResponse)
    expect(await client.until('ok')).toBe(okResponse)
  })

  test('is answered by the proxy when the upstream does not, once', async () => {
    await using bed = await ProxyBed.open({ limits: { expectMs: 20 } })
    const client = await bed.client()
    client.send(post('Content-Length: 2', 'Expect: 100-continue'))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    expect(await client.head()).toBe(head('HTTP/1.1 100 Continue'))
    client.send('ab')
    expect(await upstream.next(2)).toBe('ab')
    upstream.send(head('HTTP/1.1 100 Continue') + okResponse)
    expect(await client.until('ok')).toBe(okResponse)
  })

  test('a final answer instead ends the connection, for the body may come or not', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(post('Content-Length: 2', 'Expect: 100-continue'))
    const upstream = await bed.upstream.accept()
    await upstream.head()
    const refusal = ['HTTP/1.1 413 Too Large', dateLine, 'Content-Length: 0']
    upstream.send(head(...refusal))
    expect((await client.toEnd()).text).toBe(head(...refusal, 'Connection: close'))
    await upstream.toEnd()
  })

  test('an unknown host is answered at once', async () => {
    await using bed = await ProxyBed.open()
    const text = await bed.exchange(
      head(
        'POST / HTTP/1.1',
        'Host: nobody.localhost',
        'Content-Length: 2',
        'Expect: 100-continue',
      ),
    )
    expect(text).toStartWith('HTTP/1.1 404 Not Found\r\n')
  })

  test('HTTP/1.0 cannot mean it: it is not passed on', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(
      head('POST / HTTP/1.0', `Host: ${webHost}`, 'Content-Length: 2', 'Expect: 100-continue'),
    )
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).not.toContain('Expect')
  })
})

const getPath = (path: string): string => head(`GET /${path} HTTP/1.1`, `Host: ${webHost}`)
const getHost = (host: string): string => head('GET / HTTP/1.1', `Host: ${host}`)

describe('rule 20: requests one after another', () => {
  test('pipelined requests are answered in order, and reach the upstream one at a time', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client()
    client.send(`${getPath('1')}\r\n${getPath('2')}${getPath('3')}`)
    const upstream = await bed.upstream.accept()
    for (const path of ['1', '2', '3']) {
      expect(await upstream.head()).toStartWith(`GET /${path} HTTP/1.1\r\n`)
      expect(upstream.buffered).toBe('')
      upstream.send(`${head('HTTP/1.1 200 OK', dateLine, 'Content-Length: 1')}${path}`)
    }
    const answers = await client.until('\r\n\r\n3')
    expect(answers.match(/\r\n\r\n\d/g)).toEqual(['\r\n\r\n1', '\r\n\r\n2', '\r\n\r\n3'])
    expect(bed.upstream.accepted).toBe(1)
  })

  test('requests for several hosts and pages mix', async () => {
    await using bed = await ProxyBed.open()
    bed.upstream.answerAll(okResponse)
    const client = await bed.client()
    client.send(
      [webHost, 'nobody.localhost', webHost, 'localhost', webHost].map(getHost).join('') +
        head('GET / HTTP/1.1', `Host: ${webHost}`, 'Connection: close'),
    )
    const { text } = await client.toEnd()
    const statuses = Array.from(text.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status)
    expect(statuses).toEqual(['200', '404', '200', '200', '200', '200'])
  })

  test('what follows a request with Connection: close is not looked at', async () => {
    await using bed = await ProxyBed.open()
    bed.upstream.answerAll(okResponse)
    const text = await bed.exchange(get('Connection: close') + get())
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  })

  test('a client that sends FIN after its requests gets all answers', async () => {
    await using bed = await ProxyBed.open()
    bed.upstream.answerAll(okResponse)
    const client = await bed.client()
    client.send(get() + get()).finish()
    expect(await client.toEnd()).toEqual({ text: okResponse + okResponse, ending: 'end' })
  })

  test.each([webHost, 'nobody.localhost'])(
    'a client that sends FIN within a later request, to %s, is not waited for',
    async (host) => {
      await using bed = await ProxyBed.open({ limits: { abandonedMs: 60_000 } })
      const client = await bed.client()
      const unfinished = head('POST / HTTP/1.1', `Host: ${host}`, 'Content-Length: 6')
      client.send(`${get()}${unfinished}ab`).finish()
      const upstream = await bed.upstream.accept()
      await upstream.head()
      // The FIN is there before the answer is.
      const { promise, resolve } = Promise.withResolvers<void>()
      setTimeout(resolve, 20)
      await promise
      upstream.send(okResponse)
      expect(await client.toEnd()).toEqual({ text: okResponse, ending: 'end' })
    },
  )

  test('a head may come in any pieces', async () => {
    await using bed = await ProxyBed.open()
    bed.upstream.answerAll(okResponse)
    const client = await bed.client()
    for (const byte of get()) {
      client.send(byte)
      const { promise, resolve } = Promise.withResolvers<void>()
      setImmediate(resolve)
      await promise
    }
    expect(await client.until('ok')).toBe(okResponse)
  })
})
