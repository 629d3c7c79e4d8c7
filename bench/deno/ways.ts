import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeBunLauncher, writeDenoLauncher } from '../../tests/support/source-launchers.ts'
import { type BenchHome, makeBenchHome } from '../cli/bench-home.ts'

/** One way to have the program, with folders of its own. */
export type Way = { name: string; agent: string; home: BenchHome }

/** `agent` as it is released, and from source on Bun and on Deno. Disposing ends and removes what the runs left. */
export type Ways = AsyncDisposable & { compiled: Way; others: readonly Way[] }

const projectDir = join(import.meta.dirname, '..', '..')

export async function makeWays(compiled: string): Promise<Ways> {
  await using made = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'agent-bench-ways-'))
  made.defer(() => rm(folder, { recursive: true, force: true }))
  const place = (name: string): string => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const way = async (name: string, agent: string): Promise<Way> => {
    const home = await makeBenchHome('', undefined)
    made.defer(() => home.remove())
    return { name, agent, home }
  }
  const ways = {
    compiled: await way('compiled', compiled),
    others: [
      await way('Bun from source', writeBunLauncher(projectDir, place('bun'))),
      await way('Deno from source', writeDenoLauncher(projectDir, place('deno'))),
    ],
  }
  const owned = made.move()
  return { ...ways, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
