import { describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import type net from 'node:net'
import { networkInterfaces } from 'node:os'
import { skippedTest } from '../../engine/test-engine.ts'
import { next, RelayBed, untilClosed, untilEnd } from './relay-bed.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)
const MEGABYTE = 1024 * 1024

function echo(socket: net.Socket): void {
  socket.pipe(socket)
}

/** Writes without end; tells how much was taken once nothing has been taken for a while. */
async function takenUntilStuck(socket: net.Socket): Promise<number> {
  const chunk = Buffer.alloc(MEGABYTE)
  let [taken, isStuck] = [0, false]
  let sentMs = performance.now()
  const more = (): void => {
    taken += chunk.length
    sentMs = performance.now()
    if (!isStuck && taken < 64 * MEGABYTE) socket.write(chunk, more)
  }
  socket.write(chunk, more)
  while (performance.now() - sentMs < 300) await Bun.sleep(20)
  isStuck = true
  return taken
}

describe('the relay to ports', () => {
  test('answers ok, then carries bytes both ways', async () => {
    using bed = new RelayBed()
    const port = await bed.service(echo)
    const asker = bed.asker()
    asker.write(`${port}\n`)
    expect(await next(asker, 3)).toBe('ok\n')
    asker.write('hello')
    expect(await next(asker, 5)).toBe('hello')
  })

  test('passes on what comes with the port, whatever the pieces', async () => {
    using bed = new RelayBed()
    const port = await bed.service(echo)
    const words = `${port}\nearly`
    for (let cut = 1; cut < words.length; cut += 1) {
      const asker = bed.asker().setNoDelay(true)
      asker.write(words.slice(0, cut))
      await Bun.sleep(2)
      asker.end(words.slice(cut))
      expect((await untilEnd(asker)).toString()).toBe('ok\nearly')
    }
  })

  test('says that nothing listens, and ends', async () => {
    using bed = new RelayBed()
    const asker = bed.asker()
    asker.write('1\nGET / HTTP/1.1\r\n\r\n')
    expect((await untilEnd(asker)).toString()).toBe('ECONNREFUSED\n')
    asker.end()
    await untilClosed(asker)
  })

  test.each(['70000\n', 'abc\n', '1234567', '\n'])('does not obey %j', async (line) => {
    using bed = new RelayBed()
    const asker = bed.asker()
    asker.end(line)
    const answer: string[] = []
    asker.on('data', (bytes: Buffer) => answer.push(bytes.toString()))
    await untilClosed(asker)
    expect(answer.join('')).toBe(line === '70000\n' ? 'EINVAL\n' : '')
  })

  if (hasIpv6)
    test('finds a server that listens on ::1 only', async () => {
      using bed = new RelayBed()
      const port = await bed.service(echo, '::1')
      const asker = bed.asker()
      asker.end(`${port}\nhello`)
      expect((await untilEnd(asker)).toString()).toBe('ok\nhello')
    })
  else skippedTest('finds a server that listens on ::1 only', 'this machine has no ::1')

  test('passes on the end of one direction alone', async () => {
    using bed = new RelayBed()
    const heard = Promise.withResolvers<string>()
    const port = await bed.service((socket) => {
      socket.end('all I have')
      void untilEnd(socket).then((bytes) => heard.resolve(bytes.toString()))
    })
    const asker = bed.asker()
    asker.write(`${port}\n`)
    expect((await untilEnd(asker)).toString()).toBe('ok\nall I have')
    asker.end('the rest')
    expect(await heard.promise).toBe('the rest')
    await untilClosed(asker)
  })

  test('passes on that a service is gone, or who asked', async () => {
    using bed = new RelayBed()
    const served: net.Socket[] = []
    const port = await bed.service((socket) => {
      served.push(socket)
      socket.write('up')
    })
    const [broken, left] = [bed.asker(), bed.asker()]
    broken.write(`${port}\n`)
    await next(broken, 5)
    // A Unix socket knows no reset: it ends, and takes nothing any more.
    served[0]?.resetAndDestroy()
    expect((await untilEnd(broken)).length).toBe(0)
    broken.write('anybody?')
    await untilClosed(broken)
    left.write(`${port}\n`)
    await next(left, 5)
    left.destroy()
    const deserted = served[1]
    if (deserted === undefined) throw new Error('nobody came')
    expect((await untilEnd(deserted)).length).toBe(0)
    deserted.write('anybody?')
    await untilClosed(deserted)
  })
})

describe('the relay to ports, under load,', () => {
  test('takes no more than its buffers hold for readers that do not read', async () => {
    using bed = new RelayBed()
    const servers: net.Socket[] = []
    const port = await bed.service((socket) => void servers.push(socket.pause()))
    const before = process.memoryUsage.rss()
    const askers = Array.from({ length: 4 }, () => bed.asker())
    const taken = await Promise.all(
      askers.map(async (asker) => {
        asker.write(`${port}\n`)
        await next(asker, 3)
        return takenUntilStuck(asker)
      }),
    )
    for (const sizeBytes of taken) expect(sizeBytes).toBeLessThan(12 * MEGABYTE)
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MEGABYTE)
    // And nothing is lost once they do.
    const received = servers.map((socket) => untilEnd(socket))
    const sent = askers.map(async (asker) => {
      asker.end()
      return untilEnd(asker)
    })
    for (const socket of servers) socket.end()
    await Promise.all(sent)
    const sizes = (await Promise.all(received)).map((bytes) => bytes.length)
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.min(...taken))
  })

  test('holds back a server whose reader does not read', async () => {
    using bed = new RelayBed()
    const taken = Promise.withResolvers<number>()
    const port = await bed.service((socket) => void takenUntilStuck(socket).then(taken.resolve))
    const asker = bed.asker().pause()
    asker.write(`${port}\n`)
    expect(await taken.promise).toBeLessThan(12 * MEGABYTE)
  })

  test('keeps 200 connections apart', async () => {
    using bed = new RelayBed()
    const port = await bed.service(echo)
    const exchanges = Array.from({ length: 200 }, async () => {
      const asker = bed.asker()
      const content = randomBytes(100_000)
      asker.write(`${port}\n`)
      asker.end(content)
      const answer = await untilEnd(asker)
      return answer.subarray(3).equals(content)
    })
    expect((await Promise.all(exchanges)).every(Boolean)).toBe(true)
  })
})

describe('the relay to a socket of the host', () => {
  test('carries bytes both ways, and the end of one', async () => {
    using bed = new RelayBed()
    const content = randomBytes(3 * MEGABYTE)
    const client = await bed.outgoing(echo)
    client.end(content)
    expect((await untilEnd(client)).equals(content)).toBe(true)
    await untilClosed(client)
  })

  test('delivers all of an answer whose server closes at once, to a slow reader', async () => {
    using bed = new RelayBed()
    const content = randomBytes(3 * MEGABYTE)
    const client = await bed.outgoing((socket) => socket.end(content, () => socket.destroy()))
    await Bun.sleep(100)
    expect((await untilEnd(client)).equals(content)).toBe(true)
  })

  test('passes on a reset', async () => {
    using bed = new RelayBed()
    const served = Promise.withResolvers<net.Socket>()
    const client = await bed.outgoing((socket) => {
      served.resolve(socket)
      socket.write('up')
    })
    await next(client, 2)
    client.resetAndDestroy()
    const deserted = await served.promise
    expect((await untilEnd(deserted)).length).toBe(0)
    deserted.write('anybody?')
    await untilClosed(deserted)
  })

  test('closes a connection whose socket is not there', async () => {
    using bed = new RelayBed()
    await untilClosed((await bed.outgoing()).end())
  })
})
