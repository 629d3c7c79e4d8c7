import type { Unit } from '../markdown-table.ts'
import type { Bed } from './bed.ts'
import type { Result } from './cases.ts'
import { dockerProcesses, embeddedOwners, family, type Memory, memoryOf } from './memory.ts'

const megabytes: Unit = { name: 'MB', digits: 1 }
const command = ['sleep', '1000']
/** What a start leaves to do is done by then. */
const settlingMs = 2000

/** Memory of one of `count` runs that idle side by side, beside as many containers with a published port. */
export async function measureIdleMemory(bed: Bed, count: number): Promise<Result[]> {
  const before = new Set(embeddedOwners(bed.home.runState))
  const ids: string[] = []
  for (let number = 0; number < count; number += 1) {
    await bed.agent('run', '--detach', '--runtime', 'embedded', '--', ...command)
    const flags = ['--detach', '-p', '127.0.0.1::3000']
    ids.push(await bed.docker(...bed.dockerRun, ...flags, bed.image, ...command))
  }
  await Bun.sleep(settlingMs)
  const ours = embeddedOwners(bed.home.runState)
    .filter((pid) => !before.has(pid))
    .map((pid) => memoryOf(family(pid)))
  const theirs: Memory[] = []
  for (const id of ids) theirs.push(memoryOf(await processesOf(bed, id)))
  const row = (kind: keyof Memory): Result => ({
    name: `memory of one of ${count} idle runs, ${kind.toUpperCase()}`,
    ours: 'all processes of the run',
    theirs: 'container, shim, port proxy',
    unit: megabytes,
    pairs: ours.map((memory, index) => [memory[kind], theirs[index]?.[kind] ?? Number.NaN]),
  })
  return [row('rss'), row('pss')]
}

async function processesOf(bed: Bed, id: string): Promise<number[]> {
  const format = '{{.State.Pid}} {{.NetworkSettings.IPAddress}}'
  const [pid, address = ''] = (await bed.docker('inspect', '--format', format, id)).split(' ')
  return dockerProcesses(Number(pid), address)
}
