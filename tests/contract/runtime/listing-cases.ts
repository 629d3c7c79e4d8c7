import { expect } from 'bun:test'

import type { ContainerEvent } from '../../../src/runtime/container-state.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import type { RuntimeCase } from './runtime-bench.ts'

function role(value: string): Record<string, string> {
  return { 'agentops.role': value }
}

export const listingCases: readonly RuntimeCase[] = [
  {
    name: 'a list has what carries all of the labels, running or not, ordered by name',
    async run(bench) {
      const { runtime, labels } = bench
      const names = ['c', 'a', 'b'].map((letter) => bench.uniqueName(letter))
      const [first = '', second = '', third = ''] = names
      await bench.running({ name: first, labels: role('main') })
      await bench.create({ name: second, labels: role('main') })
      const exited = await bench.create({
        name: third,
        labels: role('side'),
        command: ['sh', '-c', 'exit 9'],
      })
      const { ready, exit } = runtime.wait(exited)
      await ready
      await runtime.start(exited)
      await exit
      const all = await runtime.list({ ...labels, 'agentops.role': undefined })
      expect(all.map(({ name, phase, exitCode }) => [name, phase, exitCode])).toEqual([
        [second, 'created', undefined],
        [third, 'exited', 9],
        [first, 'running', undefined],
      ])
      const main = await runtime.list({ ...labels, ...role('main') })
      expect(main.map(({ name }) => name)).toEqual([second, first])
      expect(await runtime.list({ ...labels, ...role('none') })).toEqual([])
      expect(await runtime.list({ ...labels, 'agentops.nothing': undefined })).toEqual([])
    },
  },
  {
    name: 'each port has a way in, behind a relay or at a 127.0.0.1 port of its own, in order, while it runs',
    async run(bench) {
      const { runtime, labels } = bench
      const id = await bench.running({ ports: [8080, 80, 3000] })
      const ports = (await runtime.inspect(id))?.ports ?? []
      expect(ports.map(({ containerPort }) => containerPort)).toEqual([80, 3000, 8080])
      const addresses = ports.flatMap((port) => ('relaySocket' in port ? [] : [port]))
      for (const { hostAddress } of addresses) expect(hostAddress).toBe('127.0.0.1')
      expect(new Set(addresses.map(({ hostPort }) => hostPort)).size).toBe(addresses.length)
      expect((await runtime.list(labels))[0]?.ports).toEqual(ports)
      await runtime.stop(id, { graceMs: 0 })
      expect((await runtime.inspect(id))?.ports).toEqual([])
    },
  },
  {
    name: 'events tell of the labelled containers, in order, from `ready` on',
    async run(bench) {
      const { runtime, labels } = bench
      const controller = new AbortController()
      const { ready, events } = runtime.events(labels, controller.signal)
      await ready
      const id = await bench.create({ command: ['sh', '-c', 'exit 5'] })
      const other = await runtime.create({ ...bench.spec(), labels: bench.otherLabels })
      bench.defer(() => runtime.remove(other))
      const wait = runtime.wait(id)
      await wait.ready
      await runtime.start(id)
      await wait.exit
      await runtime.remove(id)
      const seen: ContainerEvent[] = []
      for await (const event of events) {
        seen.push(event)
        if (event.kind === 'removed') break
      }
      expect(seen.map(({ kind, exitCode }) => [kind, exitCode])).toEqual([
        ['created', undefined],
        ['started', undefined],
        ['exited', 5],
        ['removed', undefined],
      ])
      for (const event of seen) {
        expect(event.id).toBe(id)
        expect(event.labels).toMatchObject(labels)
        expect(Math.abs(event.timeMs - Date.now())).toBeLessThan(60_000)
      }
      controller.abort()
    },
  },
  {
    name: "events end with the signal's reason",
    async run({ runtime, labels }) {
      const controller = new AbortController()
      const { ready, events } = runtime.events(labels, controller.signal)
      await ready
      const end = rejectionOf(Array.fromAsync(events))
      const reason = new Error('enough')
      controller.abort(reason)
      expect(await end).toBe(reason)
    },
  },
]
