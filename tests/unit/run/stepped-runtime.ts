import type { ContainerRuntime } from '../../../src/runtime/container-runtime.ts'
import { LABEL_RUN_ID } from '../../../src/runtime/labels.ts'

/** Called before and after each call of a runtime; what it throws is what the call throws. */
export type OnStep = (step: string) => void | Promise<void>

/**
 * The same runtime with a place before and after each call that makes, changes or reads something:
 * there a test can abort, fail, or let somebody else come in between.
 */
export function steppedRuntime(runtime: ContainerRuntime, onStep: OnStep): ContainerRuntime {
  const around = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    await onStep(`before ${name}`)
    const result = await work()
    await onStep(`after ${name}`)
    return result
  }
  const { images, networks, volumes } = runtime
  return {
    kind: runtime.kind,
    endpoint: runtime.endpoint,
    ping: (signal) => runtime.ping(signal),
    ociRuntimes: (signal) => runtime.ociRuntimes(signal),
    create: (spec, signal) => around('create', () => runtime.create(spec, signal)),
    start: (id, signal) => around('start', () => runtime.start(id, signal)),
    stop: (id, options) => around('stop', () => runtime.stop(id, options)),
    kill: (id, name, signal) => around('kill', () => runtime.kill(id, name, signal)),
    remove: (id, signal) => around('remove', () => runtime.remove(id, signal)),
    wait: (id, signal) => runtime.wait(id, signal),
    inspect: (id, signal) => around('inspect', () => runtime.inspect(id, signal)),
    // A look at everything, as after every connection, is no step in the life of a run.
    list: (selector, signal) =>
      selector[LABEL_RUN_ID] === undefined
        ? runtime.list(selector, signal)
        : around('list', () => runtime.list(selector, signal)),
    async *logs(id, options, signal) {
      await onStep('before logs')
      yield* runtime.logs(id, options, signal)
      await onStep('after logs')
    },
    attach: (id, options, signal) => around('attach', () => runtime.attach(id, options, signal)),
    exec: (id, command, signal) => runtime.exec(id, command, signal),
    resize: (id, size, signal) => runtime.resize(id, size, signal),
    events: (selector, signal) => runtime.events(selector, signal),
    ...(images === undefined
      ? {}
      : {
          images: {
            inspect: (reference, signal) => images.inspect(reference, signal),
            list: (selector, signal) => images.list(selector, signal),
            remove: (reference, signal) =>
              around('remove image', () => images.remove(reference, signal)),
            pull: (reference, onProgress, signal) =>
              around('pull', () => images.pull(reference, onProgress, signal)),
            login: (registry, signal) => images.login(registry, signal),
            load: (tarball, signal) => images.load(tarball, signal),
          },
        }),
    ...(volumes === undefined ? {} : { volumes }),
    ...(networks === undefined
      ? {}
      : {
          networks: {
            ensure: (spec, signal) => around('network', () => networks.ensure(spec, signal)),
            list: (selector, signal) => networks.list(selector, signal),
            addresses: (name, signal) => networks.addresses(name, signal),
            remove: (id, signal) => networks.remove(id, signal),
          },
        }),
  }
}
