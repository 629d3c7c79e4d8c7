import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf } from '../../../src/platform/child-processes.ts'
import { ContainerFolder } from '../../../src/embedded/container-folder.ts'
import { EmbeddedBed } from './embedded-bed.ts'
import { embeddedTest } from '../../support/embedded-test.ts'

/** Processes of different kinds: in the foreground, in a session of its own, deaf to signals, double forked. */
const FAMILY = `setsid sleep 1000 & (sleep 1001 &) ; (trap "" TERM INT HUP; sleep 1002) & echo up; sleep 1003`

function tree(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(tree)]
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}

async function goneAfterMs(pids: readonly number[]): Promise<number> {
  const startedMs = performance.now()
  while (pids.some(isAlive)) {
    if (performance.now() - startedMs > 5000)
      throw new Error(`left: ${pids.filter(isAlive).join(' ')}`)
    await Bun.sleep(1)
  }
  return performance.now() - startedMs
}

/** Which process of the chain dies, found from the first one; and what its container has ended with. */
const VICTIMS = {
  'the outer unshare': (owner: number) => owner,
  'the supervising process': (owner: number) => childrenOf(owner)[0],
  'the inner unshare': (owner: number) => childrenOf(childrenOf(owner)[0] ?? -1)[0],
  'the first process inside': (owner: number) => tree(owner)[3],
} as const

for (const [name, find] of Object.entries(VICTIMS))
  embeddedTest(`SIGKILL of ${name}: nothing is left, and that is known`, async () => {
    await using bed = new EmbeddedBed()
    const id = await bed.start(FAMILY)
    await bed.says(id, 'up')
    const owner = new ContainerFolder(join(bed.root, id)).owner()?.pid ?? -1
    const pids = tree(owner)
    expect(pids.length).toBeGreaterThanOrEqual(8)
    const { ready, exit } = bed.runtime.wait(id)
    await ready
    process.kill(find(owner) ?? -1, 'SIGKILL')
    const elapsedMs = await goneAfterMs(pids)
    console.log(`    ${name}: all gone after ${elapsedMs.toFixed(0)} ms`)
    expect(elapsedMs).toBeLessThan(1000)
    expect((await exit).exitCode).toBe(137)
    expect(await bed.runtime.inspect(id)).toMatchObject({ phase: 'exited', exitCode: 137 })
    expect(await bed.output(id)).toBe('up\n')
    await bed.runtime.remove(id)
    expect(await bed.runtime.list({})).toEqual([])
  })

embeddedTest('the end of the command is the end of everything it left running', async () => {
  await using bed = new EmbeddedBed()
  const id = await bed.start(FAMILY.replace('sleep 1003', 'read x; exit 6'), { stdin: true })
  await bed.says(id, 'up')
  const pids = tree(new ContainerFolder(join(bed.root, id)).owner()?.pid ?? -1)
  await using stream = await bed.runtime.attach(id, { stdin: true, tty: false })
  await stream.endInput()
  expect((await bed.runtime.wait(id).exit).exitCode).toBe(6)
  await goneAfterMs(pids)
})

embeddedTest('orphans do not stay as zombies', async () => {
  await using bed = new EmbeddedBed()
  const { output } = await bed.run(
    'for i in 1 2 3 4 5; do (true &) ; done; sleep 0.3; grep -l "^State:.Z" /proc/[0-9]*/status | wc -l',
  )
  expect(output.trim()).toBe('0')
})

embeddedTest(
  'a process that cannot answer does not keep its container from being removed',
  async () => {
    await using bed = new EmbeddedBed()
    const id = await bed.start('sleep 1000')
    const owner = new ContainerFolder(join(bed.root, id)).owner()?.pid ?? -1
    const pids = tree(owner)
    process.kill(childrenOf(owner)[0] ?? -1, 'SIGSTOP')
    await bed.runtime.remove(id)
    await goneAfterMs(pids)
    expect(await bed.runtime.inspect(id)).toBeUndefined()
  },
  30_000,
)
