import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryOf } from '../embedded/memory.ts'
import type { Contender, Place } from '../proxy/contender.ts'
import { startOurs } from '../proxy/peers/ours.ts'
import type { Way } from './ways.ts'

/** What a start leaves to do is done by then. */
const settlingMs = 3_000

/** The background process of a way, with the routes of the benchmark. */
export async function startProxy(way: Way, place: Place, name: string): Promise<Contender> {
  const folder = join(place.folder, `${way.name.replaceAll(' ', '-')}-${name}`)
  await mkdir(folder, { mode: 0o700 })
  const started = await startOurs(way.agent, { ...place, folder }, { owner: 'static' })
  return { ...started, name: way.name }
}

/** Resident memory, in MB, of a background process that has just started and waits. */
export async function idleMemory(way: Way, place: Place, turn: number): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const { server } = await startProxy(way, place, `idle-${turn}`)
  stack.use(server)
  await Bun.sleep(settlingMs)
  return memoryOf([server.pid]).rss
}
