import { expect } from 'bun:test'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type { DockerRuntime } from '../../../src/docker/docker-runtime.ts'
import { UnavailableError } from '../../../src/runtime/unavailable-error.ts'
import { RuntimeBench } from '../../contract/runtime/runtime-bench.ts'
import { engineTest, testEngine, testLabels } from '../../engine/test-engine.ts'
import { FaultProxy, type Fault } from '../../support/fault-proxy.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

/** A bench whose engine is behind a proxy. */
async function faulty(): Promise<
  { bench: RuntimeBench; proxy: FaultProxy; runtime: DockerRuntime } & AsyncDisposable
> {
  const proxy = await FaultProxy.start(testEngine().dockerHost)
  const runtime = await connectDocker({ endpoint: proxy.endpoint, env: {}, home: '/nonexistent' })
  const bench = new RuntimeBench(runtime, testLabels())
  return {
    bench,
    proxy,
    runtime,
    async [Symbol.asyncDispose]() {
      proxy.faults.length = 0
      await bench[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

function brokenAt(proxy: FaultProxy, pattern: RegExp, fault: Fault): void {
  proxy.faults.push({ pattern, fault })
}

engineTest('everything works when each answer comes byte by byte', async () => {
  await using made = await faulty()
  const { bench, proxy, runtime } = made
  brokenAt(proxy, /./, { pieceBytes: 1 })
  const { exitCode, stdout, stderr } = await bench.script('echo out; echo err >&2; exit 3')
  expect([exitCode, stdout, stderr]).toEqual([3, 'out\n', 'err\n'])
  const [state] = await runtime.list(bench.labels)
  expect(state?.exitCode).toBe(3)
})

engineTest(
  'an attached output that is cut anywhere is an error or ends at a frame, never wrong',
  async () => {
    await using made = await faulty()
    const { bench, proxy, runtime } = made
    const full = 'one\n'.repeat(1000)
    for (const cutAfterBytes of [40, 200, 205, 300, 700]) {
      proxy.faults.length = 0
      brokenAt(proxy, /\/attach/, { cutAfterBytes })
      const id = await bench.create({
        command: ['sh', '-c', 'for i in $(seq 1000); do echo one; done'],
      })
      let seen = ''
      const reading = (async () => {
        await using stream = await runtime.attach(id, { stdin: false, tty: false })
        await runtime.start(id)
        for await (const { bytes } of stream.output) seen += Buffer.from(bytes).toString()
      })()
      const error = await reading.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (error !== undefined) expect(error).toMatchObject({ reason: 'broken' })
      expect(seen.length).toBeLessThan(full.length)
      expect(full).toStartWith(seen)
    }
  },
)

engineTest('events and waits that are cut say that the connection broke', async () => {
  await using made = await faulty()
  const { bench, proxy, runtime } = made
  const id = await bench.running()
  const wait = runtime.wait(id)
  const { ready, events } = runtime.events(bench.labels, new AbortController().signal)
  await Promise.all([ready, wait.ready])
  const ends = [rejectionOf(wait.exit), rejectionOf(Array.fromAsync(events))]
  proxy.cutAll()
  for (const error of await Promise.all(ends)) expect(error).toMatchObject({ reason: 'broken' })
  // The next call has a connection of its own.
  expect((await runtime.inspect(id))?.phase).toBe('running')
})

engineTest('logs that are cut in the middle are not the end of the logs', async () => {
  await using made = await faulty()
  const { bench, proxy, runtime } = made
  const id = await bench.create({ command: ['sh', '-c', 'for i in $(seq 100); do echo one; done'] })
  const wait = runtime.wait(id)
  await wait.ready
  await runtime.start(id)
  await wait.exit
  brokenAt(proxy, /\/logs/, { cutAfterBytes: 500 })
  expect(await rejectionOf(bench.logs(id))).toMatchObject({ reason: 'broken' })
})

engineTest('an engine that stands still is given up at its deadline, in every call', async () => {
  await using made = await faulty()
  const { proxy, runtime } = made
  brokenAt(proxy, /_ping/, { isSilent: true })
  const error = await rejectionOf(runtime.ping())
  expect(error).toBeInstanceOf(UnavailableError)
  expect(error).toMatchObject({ reason: 'unanswered', endpoint: proxy.endpoint })
  expect(error.message).toContain('within 5 s')
})

engineTest('a create whose answer is lost leaves a container that its labels find', async () => {
  await using made = await faulty()
  const { bench, proxy, runtime } = made
  brokenAt(proxy, /containers\/create/, { cutAfterBytes: 20 })
  const spec = bench.spec()
  expect(await rejectionOf(runtime.create(spec))).toMatchObject({ reason: 'broken' })
  const found = await runtime.list(bench.labels)
  for (const { id } of found) await runtime.remove(id)
  expect(found.map(({ name }) => name)).toEqual([spec.name])
})
