import { expect } from 'bun:test'
import { readUntil, type RuntimeCase } from './runtime-bench.ts'

const graceful = { graceMs: 20_000 }

export const lifecycleCases: readonly RuntimeCase[] = [
  {
    name: 'ping says what the runtime is',
    async run({ runtime }) {
      const info = await runtime.ping()
      expect(info.kind).toBe(runtime.kind)
      expect(info.description).toContain(info.version)
    },
  },
  {
    name: 'a created container is there, labelled, and not running',
    async run(bench) {
      const { runtime } = bench
      const spec = bench.spec({ labels: { 'agentops.role': 'main' } })
      const id = await runtime.create(spec)
      bench.defer(() => runtime.remove(id))
      expect(await runtime.inspect(id)).toMatchObject({
        id,
        name: spec.name,
        image: spec.image,
        phase: 'created',
        labels: spec.labels,
        ports: [],
        outOfMemory: false,
      })
      expect((await runtime.inspect(id))?.exitCode).toBeUndefined()
    },
  },
  {
    name: 'the exit code is that of the command, however short its life',
    async run(bench) {
      for (const code of [0, 1, 7, 255]) {
        expect((await bench.script(`exit ${code}`)).exitCode).toBe(code)
      }
    },
  },
  {
    name: 'who waits for a container that has exited is answered at once',
    async run(bench) {
      const id = await bench.create({ command: ['sh', '-c', 'exit 3'] })
      const first = bench.runtime.wait(id)
      await first.ready
      await bench.runtime.start(id)
      expect((await first.exit).exitCode).toBe(3)
      expect((await bench.runtime.wait(id).exit).exitCode).toBe(3)
      expect(await bench.runtime.inspect(id)).toMatchObject({ phase: 'exited', exitCode: 3 })
    },
  },
  {
    name: 'limits of memory, processors and processes hold',
    async run(bench) {
      const { exitCode } = await bench.script(
        'i=0; while [ $i -lt 60 ]; do sleep 30 & i=$((i + 1)); done 2>/dev/null; exit 0',
        { limits: { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, pids: 20 } },
      )
      expect(exitCode).not.toBe(0)
      const id = await bench.create({
        command: ['tail', '/dev/zero'],
        limits: { memoryBytes: 32 * 1024 * 1024 },
      })
      const { ready, exit } = bench.runtime.wait(id)
      await ready
      await bench.runtime.start(id)
      expect((await exit).exitCode).toBe(137)
      expect(await bench.runtime.inspect(id)).toMatchObject({ outOfMemory: true })
    },
  },
  {
    name: 'environment, folder, host name, and user are as asked for',
    async run(bench) {
      const script = 'echo "$GREETING"; pwd; hostname; id -u'
      const { stdout, stderr } = await bench.script(script, {
        env: { GREETING: 'hello = "world" $HOME ü' },
        workingDir: '/tmp',
        hostname: 'box',
        user: '1234:1234',
      })
      expect([stdout, stderr]).toEqual(['hello = "world" $HOME ü\n/tmp\nbox\n1234\n', ''])
    },
  },
  {
    name: 'stop lets the command end in its own way',
    async run(bench) {
      const command = ['sh', '-c', "trap 'echo bye; exit 5' TERM; echo ready; sleep 1000 & wait"]
      const id = await bench.create({ command })
      await using stream = await bench.runtime.attach(id, { stdin: false, tty: false })
      await bench.runtime.start(id)
      const output = stream.output[Symbol.asyncIterator]()
      await readUntil(output, 'ready\n')
      await bench.runtime.stop(id, graceful)
      expect(await readUntil(output, 'bye\n')).toContain('bye\n')
      expect((await bench.runtime.inspect(id))?.exitCode).toBe(5)
    },
  },
  {
    name: 'stop ends a command that does not care long before the grace is over',
    async run(bench) {
      const id = await bench.running()
      const startMs = performance.now()
      await bench.runtime.stop(id, graceful)
      expect(performance.now() - startMs).toBeLessThan(graceful.graceMs / 2)
      expect((await bench.runtime.wait(id).exit).exitCode).toBe(143)
    },
  },
  {
    name: 'stop kills a command that refuses, after the grace',
    async run(bench) {
      const command = ['sh', '-c', "trap '' TERM; echo ready; sleep 1000 & wait"]
      const id = await bench.create({ command })
      await using stream = await bench.runtime.attach(id, { stdin: false, tty: false })
      await bench.runtime.start(id)
      await readUntil(stream.output[Symbol.asyncIterator](), 'ready\n')
      await bench.runtime.stop(id, { graceMs: 1000 })
      expect((await bench.runtime.wait(id).exit).exitCode).toBe(137)
    },
  },
  {
    name: 'kill sends any signal',
    async run(bench) {
      const command = ['sh', '-c', "trap 'exit 9' USR1; echo ready; sleep 1000 & wait"]
      const id = await bench.create({ command })
      await using stream = await bench.runtime.attach(id, { stdin: false, tty: false })
      const { exit, ready } = bench.runtime.wait(id)
      await ready
      await bench.runtime.start(id)
      await readUntil(stream.output[Symbol.asyncIterator](), 'ready\n')
      await bench.runtime.kill(id, 'SIGUSR1')
      expect((await exit).exitCode).toBe(9)
    },
  },
  {
    name: 'starting what runs, stopping what has stopped, removing what is gone: no error',
    async run(bench) {
      const { runtime } = bench
      const id = await bench.running()
      await runtime.start(id)
      await runtime.stop(id, graceful)
      await runtime.stop(id, graceful)
      await runtime.kill(id, 'SIGTERM')
      await runtime.resize(id, { columns: 10, rows: 10 })
      await runtime.remove(id)
      await runtime.remove(id)
      await runtime.stop(id, graceful)
      await runtime.kill(id, 'SIGTERM')
      await runtime.resize(id, { columns: 10, rows: 10 })
      expect(await runtime.inspect(id)).toBeUndefined()
    },
  },
  {
    name: 'remove ends a container that runs, also when two do it at once',
    async run(bench) {
      const { runtime } = bench
      const id = await bench.running()
      const { exit, ready } = runtime.wait(id)
      await ready
      await Promise.all([runtime.remove(id), runtime.remove(id)])
      expect((await exit).exitCode).toBe(137)
      expect(await runtime.inspect(id)).toBeUndefined()
    },
  },
]
