import { readFileSync } from 'node:fs'
import { messageOf } from '../../../src/lib/errors.ts'
import type { Bed, CaseRows } from '../bed.ts'
import { Connection } from '../connection.ts'
import type { Contender } from '../contender.ts'
import { exchange, requestBytes } from '../exchange.ts'

const wanted = 8000
const quickly = 1000
const atOnce = 50
/** Looks at whether they are really open, not only by the client's word. */
const askedAgain = 100

/** Connections that wait for another request, and what one costs in a proxy that has served nothing before. */
export async function measureIdleConnections(bed: Bed): Promise<CaseRows> {
  const { isQuick } = bed
  await using fleet = await bed.startFleet('idle')
  const count = Math.min(isQuick ? quickly : wanted, Math.floor(descriptorLimit() * 0.9))
  const held = new Map<string, string>()
  const memory = new Map<string, string>()
  for (const contender of fleet.contenders) {
    try {
      const { bytesEach } = await holdIdle(contender, count)
      held.set(contender.name, String(count))
      memory.set(contender.name, `${(bytesEach / 1024).toFixed(1)} KB`)
    } catch (error) {
      if (contender.name === 'ours') throw error
      held.set(contender.name, messageOf(error))
    }
  }
  return {
    peers: [
      { kind: 'told', name: 'idle connections held', target: `${count}`, cells: held },
      { kind: 'told', name: 'memory of an idle connection', target: 'told', cells: memory },
    ],
  }
}

async function holdIdle(contender: Contender, count: number): Promise<{ bytesEach: number }> {
  const { server } = contender
  const before = server.residentBytes()
  const request = requestBytes(contender.host('web'), 'GET /')
  using connections = new DisposableStack()
  const open: Connection[] = []
  const worker = async (): Promise<void> => {
    while (open.length < count) {
      const connection = connections.use(await Connection.open(server.port))
      open.push(connection)
      await exchange(connection, request)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const grown = server.residentBytes() - before
  const step = Math.max(1, Math.floor(open.length / askedAgain))
  for (const [index, connection] of open.entries())
    if (index % step === 0) await exchange(connection, request)
  return { bytesEach: grown / open.length }
}

function descriptorLimit(): number {
  const limits = readFileSync('/proc/self/limits', 'latin1')
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? 1024)
}
