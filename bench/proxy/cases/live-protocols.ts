import { type Bed, type CaseRows, millisecondsFine } from '../bed.ts'
import { Connection } from '../connection.ts'
import { answerTo, requestBytes } from '../exchange.ts'
import { quantile } from '../paced-load.ts'
import { measureByTurns, type Samples } from '../samples.ts'

const messagesPerTurn = 200
const streamsPerTurn = 20
const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
/** A masked text frame of 32 bytes; the service echoes bytes, so its frame is the same. */
const message = Buffer.concat([Buffer.from([0x81, 0xa0, 1, 2, 3, 4]), Buffer.alloc(32, 'm')])

/** Where something listens, and the host it goes by there. */
type Address = { port: number; host: string }

/** By how much a WebSocket message and the first event of a stream come later than without a proxy. */
export async function measureLiveProtocols({ fleet, place, turns }: Bed): Promise<CaseRows> {
  const direct: Address = { port: place.upstreams.live, host: 'direct.localhost' }
  const addedBy = (once: (address: Address) => Promise<number>): Promise<Samples<number>> =>
    measureByTurns(fleet.contenders, turns, async ({ server, host }) => {
      const without = await once(direct)
      return (await once({ port: server.port, host: host('live') })) - without
    })
  const unit = millisecondsFine
  const row = { kind: 'measured', unit, better: 'less' } as const
  return {
    peers: [
      {
        ...row,
        name: 'added to a WebSocket message and its echo, median',
        target: '< 0.2 ms',
        samples: await addedBy(messageMs),
      },
      {
        ...row,
        name: 'added to the first event on a new connection, median',
        target: '< 2 ms',
        samples: await addedBy(firstEventMs),
      },
    ],
  }
}

async function messageMs({ port, host }: Address): Promise<number> {
  using connection = await Connection.open(port)
  await answerTo(connection, requestBytes(host, 'GET /ws', upgrade), '\r\n\r\n')
  const times: number[] = []
  for (let count = 0; count < messagesPerTurn; count += 1) {
    const started = Bun.nanoseconds()
    await answerTo(connection, message, message.length)
    times.push((Bun.nanoseconds() - started) / 1e6)
  }
  return quantile(times, 0.5)
}

async function firstEventMs({ port, host }: Address): Promise<number> {
  const request = requestBytes(host, 'GET /events', 'Accept: text/event-stream\r\n')
  const times: number[] = []
  for (let count = 0; count < streamsPerTurn; count += 1) {
    using connection = await Connection.open(port)
    const started = Bun.nanoseconds()
    await answerTo(connection, request, 'data: 1')
    times.push((Bun.nanoseconds() - started) / 1e6)
  }
  return quantile(times, 0.5)
}
