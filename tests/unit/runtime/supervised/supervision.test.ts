import { expect, test } from 'bun:test'
import { ContainerUnavailableError } from '../../../../src/runtime/container-unavailable-error.ts'
import { JournalReader } from '../../../../src/runtime/supervised/event-journal.ts'
import { watchSupervisor } from '../../../../src/runtime/supervised/exit-watch.ts'
import { attachToMain, resizeMain } from '../../../../src/runtime/supervised/main-process.ts'
import { readOutput } from '../../../../src/runtime/supervised/read-output.ts'
import { untilClosed } from '../../../../src/runtime/supervised/sockets.ts'
import {
  type SupervisedProcess,
  startProcess,
} from '../../../../src/runtime/supervised/supervised-process.ts'
import { type OwnOrder, Supervision } from '../../../../src/runtime/supervised/supervision.ts'
import { giveOrder } from '../../../../src/runtime/supervised/supervisor-connection.ts'
import type { TerminalSize } from '../../../../src/runtime/terminal-size.ts'
import { collect } from '../../../contract/runtime/runtime-bench.ts'
import { rejectionOf } from '../../../support/rejection-of.ts'
import { testUnlessDeno } from '../../../support/test-unless-deno.ts'
import { FolderBed } from './folder-bed.ts'

const LOG = { follow: false, timestamps: false } as const

function supervisionOf(
  bed: FolderBed,
  carryOut: ConstructorParameters<typeof Supervision>[0]['carryOut'] = (_order, socket) =>
    void socket.destroy(),
): Supervision {
  const { folder, container, clock } = bed
  return new Supervision({ folder, container, clock, carryOut })
}

function runScript(
  script: string,
  supervision: Supervision,
  terminal?: TerminalSize,
): SupervisedProcess {
  const main = startProcess({
    command: ['sh', '-c', script],
    env: { PATH: '/usr/bin:/bin' },
    stdin: true,
    ...(terminal === undefined ? {} : { terminal }),
    onOutput: (stream, bytes) => supervision.keep(stream, bytes),
  })
  supervision.feed(main)
  return main
}

test('a container from its start to its end, for who attached before and who waits', async () => {
  using bed = new FolderBed()
  const { folder, container, flock, root, clock } = bed
  using journal = new JournalReader(root)
  using _ = bed.supervised()
  const supervision = supervisionOf(bed)
  const signal = undefined
  await using attached = await attachToMain(container.id, folder, { stdin: true, flock, signal })
  const said = collect(attached.output)
  const followed = collect(readOutput(folder, { ...LOG, follow: true }, { flock, signal }))
  await supervision.open()
  const main = runScript('read x; echo "got $x"; echo bad >&2; exit 3', supervision)
  await supervision.begin()
  const ready = Promise.withResolvers<void>()
  const watched = watchSupervisor(folder, { flock, ready: ready.resolve, signal })
  await ready.promise
  expect(folder.condition(flock)).toEqual({ phase: 'running' })
  await attached.write(Buffer.from('plums\n'))
  await attached.endInput()
  const exitCode = await main.exited
  clock.advance(7)
  await supervision.end(exitCode)
  expect(await said).toEqual({ stdout: 'got plums\n', stderr: 'bad\n' })
  expect(await followed).toEqual({ stdout: 'got plums\n', stderr: 'bad\n' })
  expect(await watched).toBe(true)
  expect(folder.start()?.startedAtMs).toBe(clock.now() - 7)
  expect(folder.exit()).toEqual({ exitCode: 3, finishedAtMs: clock.now() })
  expect(journal.read()).toEqual([
    { kind: 'started', ...container, timeMs: clock.now() - 7 },
    { kind: 'exited', ...container, exitCode: 3, timeMs: clock.now() },
  ])
  const stored = await collect(readOutput(folder, LOG, { flock, signal }))
  expect(stored).toEqual({ stdout: 'got plums\n', stderr: 'bad\n' })
})

testUnlessDeno('a size of the terminal reaches the command', 'no pseudo-terminals', async () => {
  using bed = new FolderBed()
  const supervision = supervisionOf(bed)
  await supervision.open()
  const size = { columns: 80, rows: 24 }
  const script = 'until [ "$(stty size)" = "7 101" ]; do sleep 0.02; done; stty size'
  const main = runScript(script, supervision, size)
  await supervision.begin()
  using _ = bed.supervised()
  const { folder, container, flock } = bed
  await using attached = await attachToMain(container.id, folder, {
    stdin: false,
    flock,
    signal: undefined,
  })
  const said = collect(attached.output)
  await resizeMain(folder, { columns: 101, rows: 7 })
  const exitCode = await main.exited
  await supervision.end(exitCode)
  expect(exitCode).toBe(0)
  expect((await said).stdout).toContain('7 101')
})

test('the orders of one runtime alone come to it with their connection', async () => {
  using bed = new FolderBed()
  const orders: OwnOrder[] = []
  const supervision = supervisionOf(bed, (order, socket) => {
    orders.push(order)
    supervision.watch(socket)
  })
  await supervision.open()
  const socket = await giveOrder(bed.folder, { verb: 'stop', graceMs: 5 })
  if (socket === undefined) throw new Error('the order was not accepted')
  expect(orders).toEqual([{ verb: 'stop', graceMs: 5 }])
  const closed = untilClosed(socket, {})
  await supervision.end(0)
  await closed
})

test('of a container that has ended there is nobody to attach to, to resize or to watch', async () => {
  using bed = new FolderBed()
  const { folder, container, flock } = bed
  const supervision = supervisionOf(bed)
  await supervision.open()
  await supervision.begin()
  await supervision.end(0)
  const attaching = attachToMain(container.id, folder, { stdin: false, flock, signal: undefined })
  expect(await rejectionOf(attaching)).toBeInstanceOf(ContainerUnavailableError)
  await resizeMain(folder, { columns: 1, rows: 1 })
  const ready = Promise.withResolvers<void>()
  const options = { flock, ready: ready.resolve, signal: undefined }
  expect(await watchSupervisor(folder, options)).toBe(false)
  await ready.promise
})
