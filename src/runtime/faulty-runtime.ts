import { faultPoint } from '../platform/fault-point.ts'
import type { Confinement } from './confinement.ts'
import type { ContainerRuntime } from './container-runtime.ts'
import type { ImageStore } from './image-store.ts'
import type { NetworkManager } from './network-manager.ts'
import type { VolumeStore } from './volume-store.ts'

/**
 * For test builds: the same runtime with a place to die before and after each call that makes, changes
 * or removes something, and before each that a life cycle waits for.
 */
export function faultyRuntime(runtime: ContainerRuntime): ContainerRuntime {
  const { images, networks, volumes, builder, disk, confinement } = runtime
  return {
    kind: runtime.kind,
    endpoint: runtime.endpoint,
    ping: (signal) => around('ping', () => runtime.ping(signal)),
    ociRuntimes: (signal) => around('oci-runtimes', () => runtime.ociRuntimes(signal)),
    create: (spec, signal) => around('create', () => runtime.create(spec, signal)),
    start: (id, signal) => around('start', () => runtime.start(id, signal)),
    stop: (id, options) => around('stop', () => runtime.stop(id, options)),
    kill: (id, name, signal) => around('kill', () => runtime.kill(id, name, signal)),
    remove: (id, signal) => around('remove', () => runtime.remove(id, signal)),
    wait: (id, signal) => runtime.wait(id, signal),
    inspect: (id, signal) => around('inspect', () => runtime.inspect(id, signal)),
    list: (selector, signal) => around('list', () => runtime.list(selector, signal)),
    logs: (id, options, signal) => runtime.logs(id, options, signal),
    attach: (id, options, signal) => around('attach', () => runtime.attach(id, options, signal)),
    exec: (id, command, signal) => around('exec', () => runtime.exec(id, command, signal)),
    resize: (id, size, signal) => runtime.resize(id, size, signal),
    events: (selector, signal) => runtime.events(selector, signal),
    ...(images === undefined ? {} : { images: faultyImages(images) }),
    ...(networks === undefined ? {} : { networks: faultyNetworks(networks) }),
    ...(volumes === undefined ? {} : { volumes: faultyVolumes(volumes) }),
    ...(confinement === undefined ? {} : { confinement: faultyConfinement(confinement) }),
    ...(builder === undefined ? {} : { builder }),
    ...(disk === undefined ? {} : { disk }),
    ...(runtime.hasBuildkit === undefined
      ? {}
      : { hasBuildkit: async (signal) => (await runtime.hasBuildkit?.(signal)) === true }),
    ...(runtime.dialBuildkit === undefined
      ? {}
      : {
          dialBuildkit: (signal) => runtime.dialBuildkit?.(signal) ?? Promise.reject(signal.reason),
        }),
    ...(runtime.relaysToHost === undefined ? {} : { relaysToHost: true }),
  }
}

function faultyImages(images: ImageStore): ImageStore {
  return {
    inspect: (reference, signal) =>
      around('image-inspect', () => images.inspect(reference, signal)),
    list: (selector, signal) => images.list(selector, signal),
    remove: (reference, signal) => around('image-remove', () => images.remove(reference, signal)),
    pull: (reference, onProgress, signal) =>
      around('pull', () => images.pull(reference, onProgress, signal)),
    login: (registry, signal) => images.login(registry, signal),
    load: (tarball, signal) => around('load', () => images.load(tarball, signal)),
  }
}

function faultyNetworks(networks: NetworkManager): NetworkManager {
  return {
    ensure: (spec, signal) => around('network-ensure', () => networks.ensure(spec, signal)),
    list: (selector, signal) => networks.list(selector, signal),
    addresses: (name, signal) => networks.addresses(name, signal),
    remove: (id, signal) => around('network-remove', () => networks.remove(id, signal)),
  }
}

function faultyVolumes(volumes: VolumeStore): VolumeStore {
  return {
    ensure: (spec, signal) => around('volume-ensure', () => volumes.ensure(spec, signal)),
    list: (selector, signal) => volumes.list(selector, signal),
    remove: (name, signal) => around('volume-remove', () => volumes.remove(name, signal)),
  }
}

function faultyConfinement(confinement: Confinement): Confinement {
  return {
    confine: (spec, signal) => around('confine', () => confinement.confine(spec, signal)),
    release: (network, signal) => around('release', () => confinement.release(network, signal)),
  }
}

async function around<T>(call: string, work: () => Promise<T>): Promise<T> {
  faultPoint(() => `before-call:${call}`)
  const result = await work()
  faultPoint(() => `after-call:${call}`)
  return result
}
