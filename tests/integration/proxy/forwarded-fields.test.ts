import { describe, expect, test } from 'bun:test'
import { get, head, ProxyBed, receivedFor, webHost } from './bed/proxy-bed.ts'

const hostLine = `Host: ${webHost}`

describe('rule 16: who asks, and for what', () => {
  test('what a program on this machine says about hops before it stays', async () => {
    await using bed = await ProxyBed.open()
    const request = get(
      'X-Forwarded-For: 203.0.113.7',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: app.example',
    )
    expect(await receivedFor(bed, request)).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\nX-Forwarded-For: 203.0.113.7, 127.0.0.1\r\n` +
        'X-Forwarded-Proto: https\r\nX-Forwarded-Host: app.example\r\nVia: 1.1 agent\r\n\r\n',
    )
  })

  test('X-Forwarded-For is appended to on its last line', async () => {
    await using bed = await ProxyBed.open()
    const text = await receivedFor(
      bed,
      get('x-forwarded-for: a', 'B: 1', 'X-Forwarded-For: b ', 'C: 2'),
    )
    expect(text).toStartWith(
      `GET / HTTP/1.1\r\n${hostLine}\r\nx-forwarded-for: a\r\nB: 1\r\nX-Forwarded-For: b, 127.0.0.1 \r\nC: 2\r\n`,
    )
  })

  test('without trust all of it is replaced', async () => {
    await using bed = await ProxyBed.open({ trustsLoopback: false })
    const request = get(
      'X-Forwarded-For: 203.0.113.7',
      'Forwarded: for=203.0.113.7',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: app.example',
      'X-Forwarded-Port: 443',
    )
    expect(await receivedFor(bed, request)).toBe(
      `GET / HTTP/1.1\r\n${hostLine}\r\n${bed.forwarded(webHost)}`,
    )
  })

  test('Proxy is removed, Host stays as it is', async () => {
    await using bed = await ProxyBed.open()
    const host = 'WEB.MyApp.localhost.:8080'
    expect(
      await receivedFor(bed, head('GET / HTTP/1.1', `host:${host}`, 'Proxy: http://evil')),
    ).toBe(`GET / HTTP/1.1\r\nhost:${host}\r\n${bed.forwarded(host)}`)
  })

  test('an IPv6 client is named as such', async () => {
    await using bed = await ProxyBed.open()
    const client = await bed.client('::1')
    client.send(get())
    const upstream = await bed.upstream.accept()
    expect(await upstream.head()).toContain('\r\nX-Forwarded-For: ::1\r\n')
  })
})

test('rule 17: hosts compare in any case, with one final dot, with any port', async () => {
  await using bed = await ProxyBed.open()
  bed.upstream.answerAll('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const hosts = [
    'WEB.MYAPP.LOCALHOST',
    'web.myapp.localhost.',
    'web.myapp.localhost:1',
    'myapp.localhost',
  ]
  for (const host of [...hosts, 'web--myapp.localhost', 'MyApp.localhost.:99']) {
    const answer = await bed.exchange(head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close'))
    expect(`${host} ${answer.slice(0, 12)}`).toBe(`${host} HTTP/1.1 200`)
  }
})
