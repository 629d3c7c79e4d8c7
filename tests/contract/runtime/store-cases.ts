import { expect } from 'bun:test'

import { UserError } from '../../../src/lib/errors.ts'
import type { NetworkManager } from '../../../src/runtime/network-manager.ts'
import type { ImageStore } from '../../../src/runtime/image-store.ts'
import type { VolumeStore } from '../../../src/runtime/volume-store.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import type { RuntimeBench, RuntimeCase } from './runtime-bench.ts'

export const imageCases: readonly RuntimeCase[] = [
  {
    name: 'an image that is here tells what it is, one that is not is undefined',
    async run(bench) {
      const images = imagesOf(bench)
      const info = await images.inspect('busybox:latest')
      expect(info?.sizeBytes).toBeGreaterThan(0)
      expect(info?.command).toEqual(['sh'])
      expect(await images.inspect(bench.uniqueName('image'))).toBeUndefined()
    },
  },
  {
    name: 'a pull of an image that is here is fine and says something',
    async run(bench) {
      const seen: string[] = []
      await imagesOf(bench).pull('busybox:latest', ({ status }) => seen.push(status))
      expect(seen.length).toBeGreaterThan(0)
    },
  },
  {
    name: 'a pull of an image that is nowhere names it and a remedy',
    async run(bench) {
      const reference = `${bench.uniqueName('image')}:1`
      const error = await rejectionOf(imagesOf(bench).pull(reference, () => undefined))
      expect(error).toBeInstanceOf(UserError)
      expect(error.message).toContain(reference)
      expect(error instanceof UserError && error.fixes.length).toBeGreaterThan(0)
    },
  },
]

export const networkCases: readonly RuntimeCase[] = [
  {
    name: 'a network is made once, however many ask for it at once',
    async run(bench) {
      const networks = networksOf(bench)
      const spec = { name: bench.uniqueName('net'), labels: bench.labels, interContainer: false }
      bench.defer(() => removeNetworks(bench))
      const ids = await Promise.all(Array.from({ length: 10 }, () => networks.ensure(spec)))
      ids.push(await networks.ensure(spec))
      expect(new Set(ids).size).toBe(1)
      const [id = ''] = ids
      expect(await networks.list(bench.labels)).toEqual([
        { id, name: spec.name, labels: bench.labels },
      ])
    },
  },
  {
    name: 'a network goes even when containers are on it, and going twice is no error',
    async run(bench) {
      const networks = networksOf(bench)
      const spec = { name: bench.uniqueName('net'), labels: bench.labels, interContainer: true }
      bench.defer(() => removeNetworks(bench))
      const id = await networks.ensure(spec)
      const container = await bench.running({ network: spec.name })
      await networks.remove(id)
      await networks.remove(id)
      expect(await networks.list(bench.labels)).toEqual([])
      expect((await bench.runtime.inspect(container))?.phase).toBe('running')
    },
  },
  {
    name: 'a container is found by the further names it has on its network',
    async run(bench) {
      const networks = networksOf(bench)
      const network = bench.uniqueName('net')
      bench.defer(() => removeNetworks(bench))
      await networks.ensure({ name: network, labels: bench.labels, interContainer: true })
      await bench.running({ network, networkAliases: ['neighbour'] })
      const { stdout, exitCode } = await bench.run(['nslookup', 'neighbour'], { network })
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    },
  },
]

export const volumeCases: readonly RuntimeCase[] = [
  {
    name: 'a volume is made once, listed by its labels, and removed once',
    async run(bench) {
      const volumes = volumesOf(bench)
      const spec = { name: bench.uniqueName('volume'), labels: bench.labels }
      bench.defer(() => volumes.remove(spec.name))
      await volumes.ensure(spec)
      await volumes.ensure(spec)
      expect(await volumes.list(bench.labels)).toEqual([spec])
      await volumes.remove(spec.name)
      await volumes.remove(spec.name)
      expect(await volumes.list(bench.labels)).toEqual([])
    },
  },
  {
    name: 'what a container writes to a volume is there for the next one',
    async run(bench) {
      const volumes = volumesOf(bench)
      const name = bench.uniqueName('volume')
      bench.defer(() => volumes.remove(name))
      await volumes.ensure({ name, labels: bench.labels })
      const mounted = { volumes: [{ name, target: '/kept' }] }
      const first = await bench.create({
        ...mounted,
        command: ['sh', '-c', 'echo it > /kept/file'],
      })
      const { ready, exit } = bench.runtime.wait(first)
      await ready
      await bench.runtime.start(first)
      expect((await exit).exitCode).toBe(0)
      await bench.runtime.remove(first)
      expect((await bench.run(['cat', '/kept/file'], mounted)).stdout).toBe('it\n')
    },
  },
]

export const privilegeCases: readonly RuntimeCase[] = [
  {
    name: 'a privileged container may mount, another may not',
    async run(bench) {
      const command = ['mount', '-t', 'tmpfs', 'none', '/mnt']
      const script = `mkdir -p /mnt; ${command.join(' ')}`
      expect((await bench.script(script, { privileged: true })).exitCode).toBe(0)
      expect((await bench.script(script)).exitCode).not.toBe(0)
    },
  },
]

function imagesOf({ runtime }: RuntimeBench): ImageStore {
  if (runtime.images === undefined) throw new Error('this runtime has no images')
  return runtime.images
}

function networksOf({ runtime }: RuntimeBench): NetworkManager {
  if (runtime.networks === undefined) throw new Error('this runtime has no networks')
  return runtime.networks
}

function volumesOf({ runtime }: RuntimeBench): VolumeStore {
  if (runtime.volumes === undefined) throw new Error('this runtime has no volumes')
  return runtime.volumes
}

async function removeNetworks(bench: RuntimeBench): Promise<void> {
  const networks = networksOf(bench)
  for (const { id } of await networks.list(bench.labels)) await networks.remove(id)
}
