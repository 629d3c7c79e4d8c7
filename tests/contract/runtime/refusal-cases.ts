import { expect } from 'bun:test'
import { randomUUID } from 'node:crypto'

import { containerId } from '../../../src/runtime/container-state.ts'
import { ContainerUnavailableError } from '../../../src/runtime/container-unavailable-error.ts'
import { MissingImageError } from '../../../src/runtime/missing-image-error.ts'
import { StartError } from '../../../src/runtime/start-error.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import type { RuntimeBench, RuntimeCase } from './runtime-bench.ts'

const plainExec = { env: {}, tty: false, stdin: false } as const

export const refusalCases: readonly RuntimeCase[] = [
  {
    name: 'what needs a container says that there is none',
    async run({ runtime }) {
      const missing = containerId(randomUUID().replaceAll('-', '').repeat(2))
      const calls = [
        runtime.start(missing),
        runtime.wait(missing).ready,
        runtime.wait(missing).exit,
        runtime.attach(missing, { stdin: false, tty: false }),
        runtime.exec(missing, { ...plainExec, command: ['true'] }),
        Array.fromAsync(runtime.logs(missing, { follow: false, timestamps: false })),
      ]
      for (const error of await Promise.all(calls.map(rejectionOf))) {
        expect(error).toBeInstanceOf(ContainerUnavailableError)
        expect(error).toMatchObject({ id: missing, reason: 'missing' })
      }
      expect(await runtime.inspect(missing)).toBeUndefined()
    },
  },
  {
    name: 'exec in a container that has not started, or has exited, says so',
    async run(bench) {
      const { runtime } = bench
      const id = await bench.create({ command: ['sleep', '1000'] })
      const exec = (): Promise<Error> =>
        rejectionOf(runtime.exec(id, { ...plainExec, command: ['true'] }))
      expect(await exec()).toMatchObject({ id, reason: 'not-running' })
      await runtime.start(id)
      await runtime.stop(id, { graceMs: 1000 })
      expect(await exec()).toMatchObject({ id, reason: 'not-running' })
    },
  },
  {
    name: 'an image that is not here is told apart, and named',
    async run(bench) {
      const reference = `${bench.uniqueName('image')}:1`
      const error = await rejectionOf(bench.create({ image: reference }))
      expect(error).toBeInstanceOf(MissingImageError)
      expect(error).toMatchObject({ reference })
    },
  },
  {
    name: 'a name that is taken is named',
    async run(bench) {
      const name = bench.uniqueName('taken')
      await bench.create({ name })
      const error = await rejectionOf(bench.create({ name }))
      expect(error).toBeInstanceOf(StartError)
      expect(error.message).toContain(name)
    },
  },
  {
    name: 'a mount whose source is not there is named, and nothing is made',
    async run(bench) {
      const source = `/${bench.uniqueName('nowhere')}`
      const mounts = [{ source, target: '/data', readonly: false }]
      const error = await rejectionOf(startOf(bench, { mounts }))
      expect(error).toBeInstanceOf(StartError)
      expect(error.message).toContain(source)
      expect(await bench.runtime.list(bench.labels)).toEqual([])
    },
  },
  {
    name: 'a command that is not there gives 127, by an error or by the exit code',
    async run(bench) {
      expect(await codeOf(bench, ['no-such-command'])).toBe(127)
      expect(await codeOf(bench, ['/no/such/command'])).toBe(127)
    },
  },
  {
    name: 'a signal that fired already keeps every call from being made',
    async run(bench) {
      const { runtime } = bench
      const id = await bench.create({ command: ['sleep', '1000'] })
      const reason = new Error('never mind')
      const signal = AbortSignal.abort(reason)
      const calls = [
        runtime.ping(signal),
        runtime.create(bench.spec(), signal),
        runtime.start(id, signal),
        runtime.stop(id, { graceMs: 0, signal }),
        runtime.inspect(id, signal),
        runtime.list(bench.labels, signal),
        runtime.attach(id, { stdin: false, tty: false }, signal),
        runtime.wait(id, signal).exit,
        Array.fromAsync(runtime.logs(id, { follow: true, timestamps: false }, signal)),
        Array.fromAsync(runtime.events(bench.labels, signal).events),
      ]
      for (const error of await Promise.all(calls.map(rejectionOf))) expect(error).toBe(reason)
      expect((await runtime.list(bench.labels)).map((state) => state.phase)).toEqual(['created'])
    },
  },
  {
    name: 'a signal that fires ends a wait that is under way',
    async run(bench) {
      const id = await bench.running()
      const controller = new AbortController()
      const reason = new Error('enough')
      const { ready, exit } = bench.runtime.wait(id, controller.signal)
      await ready
      controller.abort(reason)
      expect(await rejectionOf(exit)).toBe(reason)
    },
  },
]

async function startOf(
  bench: RuntimeBench,
  changes: Parameters<RuntimeBench['create']>[0],
): Promise<void> {
  await bench.runtime.start(await bench.create(changes))
}

async function codeOf(bench: RuntimeBench, command: readonly string[]): Promise<number> {
  return bench.run(command).then(
    ({ exitCode }) => exitCode,
    (error: unknown) => {
      if (error instanceof StartError) return error.exitCode
      throw error
    },
  )
}
