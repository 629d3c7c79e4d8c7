import { expect } from 'bun:test'

import { collect, readUntil, type RuntimeCase } from './runtime-bench.ts'

const plain = { env: {}, tty: false, stdin: false } as const

export const execCases: readonly RuntimeCase[] = [
  {
    name: 'one more command has its own output and exit code',
    async run(bench) {
      const id = await bench.running()
      const command = ['sh', '-c', 'echo out; echo err >&2; exit 4']
      const session = await bench.runtime.exec(id, { ...plain, command })
      await using stream = session.stream
      expect(await collect(stream.output)).toEqual({ stdout: 'out\n', stderr: 'err\n' })
      expect(await session.exitCode()).toBe(4)
    },
  },
  {
    name: "it has its own environment and folder on top of the container's",
    async run(bench) {
      const id = await bench.running({ env: { A: '1', B: '2' }, workingDir: '/tmp' })
      const { stream } = await bench.runtime.exec(id, {
        ...plain,
        command: ['sh', '-c', 'echo "$A"; echo "$B"; pwd'],
        env: { B: 'two words' },
        workingDir: '/etc',
      })
      await using _ = stream
      expect((await collect(stream.output)).stdout).toBe('1\ntwo words\n/etc\n')
    },
  },
  {
    name: "it has a user that is not the container's",
    async run(bench) {
      const id = await bench.running()
      const command = ['sh', '-c', 'id -u']
      const { stream } = await bench.runtime.exec(id, { ...plain, command, user: '1234:1234' })
      await using _ = stream
      expect((await collect(stream.output)).stdout).toBe('1234\n')
    },
  },
  {
    name: 'its input reaches it, and the end of it',
    async run(bench) {
      const id = await bench.running()
      const command = ['sh', '-c', 'cat; exit 6']
      const session = await bench.runtime.exec(id, { ...plain, stdin: true, command })
      await using stream = session.stream
      await stream.write(Buffer.from('there\n'))
      await stream.endInput()
      expect((await collect(stream.output)).stdout).toBe('there\n')
      expect(await session.exitCode()).toBe(6)
    },
  },
  {
    name: 'its terminal has the size that was asked for, and changes it',
    async run(bench) {
      const id = await bench.running()
      const session = await bench.runtime.exec(id, {
        ...plain,
        tty: true,
        stdin: true,
        size: { columns: 90, rows: 30 },
        command: ['sh', '-c', 'sleep 0.2; stty size; cat >/dev/null; stty size'],
      })
      await using stream = session.stream
      const output = stream.output[Symbol.asyncIterator]()
      expect(await readUntil(output, '\r\n')).toContain('30 90\r\n')
      await session.resize({ columns: 100, rows: 50 })
      // Ctrl-D ends the input of a terminal.
      await stream.write(Buffer.from('\u0004'))
      expect(await readUntil(output, '50 100')).toContain('50 100')
      expect(await session.exitCode()).toBe(0)
    },
  },
  {
    name: 'a command that is not there ends with 126 or 127, or is refused with it',
    async run(bench) {
      const id = await bench.running()
      const session = await bench.runtime.exec(id, { ...plain, command: ['no-such-command'] })
      await using stream = session.stream
      const refusal = await collect(stream.output).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (refusal !== undefined) expect(refusal).toMatchObject({ name: 'UserError', exitCode: 127 })
      expect([126, 127]).toContain(await session.exitCode())
    },
  },
  {
    name: 'it ends with its container',
    async run(bench) {
      const id = await bench.running()
      const session = await bench.runtime.exec(id, {
        ...plain,
        command: ['sh', '-c', 'echo begun; sleep 1000'],
      })
      await using stream = session.stream
      const output = stream.output[Symbol.asyncIterator]()
      await readUntil(output, 'begun\n')
      await bench.runtime.stop(id, { graceMs: 0 })
      expect((await output.next()).done).toBe(true)
      expect(await session.exitCode()).not.toBe(0)
    },
  },
]
