import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../src/lib/errors.ts'
import type { Contender, Place, Service } from './contender.ts'
import { startCaddy } from './peers/caddy.ts'
import { startHaproxy } from './peers/haproxy.ts'
import { startNginx } from './peers/nginx.ts'
import { startOurs } from './peers/ours.ts'
import { startPortless } from './peers/portless.ts'
import { Connection } from './connection.ts'
import { exchange, requestBytes } from './exchange.ts'
import type { Tools } from './tools.ts'

const answerLimitMs = 5_000

/** All proxies that could be had, ours first. */
export type Fleet = AsyncDisposable & {
  contenders: readonly Contender[]
  /** The others, each with its reason. */
  missing: ReadonlyMap<string, string>
}

/** Those far behind cost a first impression more time than they tell. */
const leftOutQuickly = ['Caddy', 'portless']

/** Starts each on the same processor, in front of the same upstreams; one that cannot be had is left out. */
export async function startFleet(
  tools: Tools,
  options: Place & { agent: string; isQuick: boolean },
): Promise<Fleet> {
  await using started = new AsyncDisposableStack()
  const starters: Record<string, (place: Place) => Promise<Contender>> = {
    ours: (place) => startOurs(options.agent, place, { owner: 'static' }),
    nginx: (place) => startNginx(tools, place),
    HAProxy: (place) => startHaproxy(tools, place),
    Caddy: (place) => startCaddy(tools, place),
    portless: (place) => startPortless(tools, place),
  }
  const contenders: Contender[] = []
  const missing = new Map<string, string>()
  for (const [name, start] of Object.entries(starters)) {
    if (options.isQuick && leftOutQuickly.includes(name)) continue
    try {
      const contender = await startIn(join(options.folder, name), options, start)
      started.use(contender.server)
      await mustAnswer(contender)
      contenders.push(contender)
    } catch (error) {
      if (name === 'ours') throw error
      missing.set(name, messageOf(error))
    }
  }
  const owned = started.move()
  return { contenders, missing, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function startIn(
  folder: string,
  place: Place,
  start: (place: Place) => Promise<Contender>,
): Promise<Contender> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return start({ ...place, folder })
}

/** A proxy that is wrongly set up must not be measured; one that has just started may need a moment. */
async function mustAnswer(contender: Contender): Promise<void> {
  const latestMs = performance.now() + answerLimitMs
  for (const service of ['web', 'live'] as const) {
    while (!(await answers(contender, service, performance.now() > latestMs))) await Bun.sleep(100)
  }
}

/** Throws what stands against it when this is the last try. */
async function answers(contender: Contender, service: Service, isLast: boolean): Promise<boolean> {
  try {
    using connection = await Connection.open(contender.server.port)
    await exchange(connection, requestBytes(contender.host(service), 'GET /'))
    return true
  } catch (error) {
    if (isLast) throw error
    return false
  }
}
