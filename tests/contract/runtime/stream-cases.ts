import { expect } from 'bun:test'

import { collect, readUntil, type RuntimeCase } from './runtime-bench.ts'

const megabyte = 1024 * 1024

export const streamCases: readonly RuntimeCase[] = [
  {
    name: 'who attaches before the start sees everything, stdout and stderr apart',
    async run(bench) {
      const { stdout, stderr } = await bench.script('echo one; echo two >&2; echo three')
      expect([stdout, stderr]).toEqual(['one\nthree\n', 'two\n'])
    },
  },
  {
    name: 'input reaches the command, its end too, and output goes on after it',
    async run(bench) {
      const id = await bench.create({ command: ['sh', '-c', 'cat; echo after'], stdin: true })
      await using stream = await bench.runtime.attach(id, { stdin: true, tty: false })
      await bench.runtime.start(id)
      await stream.write(Buffer.from('to and '))
      await stream.write(Buffer.from('fro\n'))
      await stream.endInput()
      expect((await collect(stream.output)).stdout).toBe('to and fro\nafter\n')
    },
  },
  {
    name: 'a command without input reads its end at once',
    async run(bench) {
      expect((await bench.script('cat; echo done')).stdout).toBe('done\n')
    },
  },
  {
    name: 'two who attach see the same',
    async run(bench) {
      const { runtime } = bench
      const id = await bench.create({ command: ['sh', '-c', 'echo a; echo b'] })
      const options = { stdin: false, tty: false }
      await using first = await runtime.attach(id, options)
      await using second = await runtime.attach(id, options)
      await runtime.start(id)
      const seen = await Promise.all([collect(first.output), collect(second.output)])
      expect(seen.map(({ stdout }) => stdout)).toEqual(['a\nb\n', 'a\nb\n'])
    },
  },
  {
    name: 'who leaves does not end the command',
    async run(bench) {
      const { runtime } = bench
      const id = await bench.create({ command: ['sleep', '1000'], stdin: true })
      const stream = await runtime.attach(id, { stdin: true, tty: false })
      await runtime.start(id)
      await stream[Symbol.asyncDispose]()
      expect((await runtime.inspect(id))?.phase).toBe('running')
      await using again = await runtime.attach(id, { stdin: false, tty: false })
      await runtime.stop(id, { graceMs: 0 })
      await collect(again.output)
    },
  },
  {
    name: 'a terminal has everything on one stream, and can be resized',
    async run(bench) {
      const { runtime } = bench
      const script = "trap 'stty size' USR1; echo one; echo two >&2; sleep 1000 & wait; wait"
      const id = await bench.create({ command: ['sh', '-c', script], tty: true, stdin: true })
      await using stream = await runtime.attach(id, { stdin: true, tty: true })
      await runtime.start(id)
      const output = stream.output[Symbol.asyncIterator]()
      expect(await readUntil(output, 'two\r\n')).toBe('one\r\ntwo\r\n')
      await runtime.resize(id, { columns: 120, rows: 40 })
      await runtime.kill(id, 'SIGUSR1')
      expect(await readUntil(output, '40 120\r\n')).toContain('40 120\r\n')
    },
  },
  {
    name: 'a terminal has its size from its first moment on',
    async run(bench) {
      const size = { columns: 101, rows: 33 }
      const { stdout } = await bench.run(['stty', 'size'], { tty: true, size })
      expect(stdout).toBe('33 101\r\n')
    },
  },
  {
    name: 'a slow reader gets everything',
    async run(bench) {
      const id = await bench.create({ command: ['head', '-c', String(4 * megabyte), '/dev/zero'] })
      const { ready, exit } = bench.runtime.wait(id)
      await using stream = await bench.runtime.attach(id, { stdin: false, tty: false })
      await ready
      await bench.runtime.start(id)
      let length = 0
      let chunks = 0
      for await (const { bytes } of stream.output) {
        length += bytes.length
        if (chunks++ % 16 === 0) await Bun.sleep(1)
      }
      expect(length).toBe(4 * megabyte)
      expect((await exit).exitCode).toBe(0)
    },
  },
  {
    name: 'output is stored: all of it, the last lines, what follows until the end',
    async run(bench) {
      const { runtime } = bench
      const id = await bench.create({
        command: ['sh', '-c', 'echo 1; echo 2; echo 3; sleep 0.3; echo 4 >&2'],
      })
      const { ready, exit } = runtime.wait(id)
      await ready
      await runtime.start(id)
      expect(await bench.logs(id, { follow: true })).toBe('1\n2\n3\n4\n')
      await exit
      expect(await bench.logs(id)).toBe('1\n2\n3\n4\n')
      expect(await bench.logs(id, { tail: 2, follow: true })).toBe('3\n4\n')
      expect(await bench.logs(id, { tail: 0 })).toBe('')
    },
  },
  {
    name: 'stored output has times when asked for, and only what is later than a time',
    async run(bench) {
      const id = await bench.create({ command: ['sh', '-c', 'echo 1; sleep 0.2; echo 2 >&2'] })
      const { ready, exit } = bench.runtime.wait(id)
      await ready
      await bench.runtime.start(id)
      await exit
      const logs = bench.runtime.logs(id, { follow: false, timestamps: true })
      const chunks = await Array.fromAsync(logs)
      expect(chunks.map(({ stream, bytes }) => [stream, Buffer.from(bytes).toString()])).toEqual([
        ['stdout', '1\n'],
        ['stderr', '2\n'],
      ])
      const times = chunks.map(({ timestamp = '' }) => timestamp)
      for (const time of times) expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000)
      const between = new Date(Date.parse(times[0] ?? '') + 100).toISOString()
      expect(await bench.logs(id, { since: between })).toBe('2\n')
    },
  },
]
