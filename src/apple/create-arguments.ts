import { existsSync } from 'node:fs'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import { StartError } from '../runtime/start-error.ts'

/** `container` takes no longer names, for a name is a host name too. */
const NAME_MAX = 63
const MEBIBYTE = 1024 * 1024

/** Variables that mean something to `container` itself, so that it cannot be given them for the container. */
const OWN_VARIABLES = /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|SSH_AUTH_SOCK|CONTAINER_.*|DYLD_.*|LD_.*)$/

/** Throws `StartError` for what `container` cannot make; what it silently would not do is refused too. */
export function refuseImpossible(spec: ContainerSpec): void {
  const { name, networkAliases = [], volumes = [] } = spec
  const wishes: readonly [isAsked: boolean, what: string][] = [
    [name.length > NAME_MAX, `the name "${name}" has more than ${NAME_MAX} characters`],
    [spec.network !== undefined || networkAliases.length > 0, 'it has no networks of ours'],
    [volumes.length > 0, 'it has no volumes of ours'],
    [spec.privileged === true, 'its containers cannot be privileged'],
    [spec.ociRuntime !== undefined, `it has no OCI runtime "${spec.ociRuntime}"`],
    [spec.extraHosts.length > 0, 'it cannot add names to /etc/hosts'],
    [spec.hostRelays.length > 0, 'its containers have no relays to this machine'],
  ]
  const [, what] = wishes.find(([isAsked]) => isAsked) ?? []
  if (what !== undefined) throw new StartError(`Apple's container cannot make this: ${what}`, 125)
  for (const { source } of spec.mounts)
    if (!existsSync(source))
      throw new StartError(`the mount's source ${source} does not exist`, 125)
}

/** A `container create`: its arguments, and the environment that it takes values from. */
export type CreateCall = { words: string[]; env: Record<string, string> }

/**
 * @param hostPorts a free port of 127.0.0.1 for each of the spec's ports, in their order
 */
export function createCall(spec: ContainerSpec, hostPorts: readonly number[]): CreateCall {
  const { memoryBytes, cpus } = spec.limits ?? {}
  const environment = environmentArguments(spec.env)
  const words = [
    'create',
    '--name',
    spec.name,
    '--workdir',
    spec.workingDir,
    ...environment.words,
    ...Object.entries(spec.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...spec.mounts.flatMap(({ source, target, readonly }) => [
      '--mount',
      `type=bind,source=${source},target=${target}${readonly ? ',readonly' : ''}`,
    ]),
    ...spec.tmpfs.flatMap(({ target }) => ['--tmpfs', target]),
    ...spec.ports.flatMap((port, index) => ['--publish', `127.0.0.1:${hostPorts[index]}:${port}`]),
    ...(spec.user === undefined ? [] : ['--user', spec.user]),
    ...(spec.tty ? ['--tty'] : []),
    ...(spec.stdin ? ['--interactive'] : []),
    ...(memoryBytes === undefined ? [] : ['--memory', `${Math.ceil(memoryBytes / MEBIBYTE)}M`]),
    // A virtual machine has whole processors.
    ...(cpus === undefined ? [] : ['--cpus', String(Math.ceil(cpus))]),
    spec.image,
    ...(spec.command ?? []),
  ]
  return { words, env: environment.env }
}

/** Variables for `container create` and `container exec`: by name alone, so that no other user of the machine sees values. */
export function environmentArguments(env: Readonly<Record<string, string>>): CreateCall {
  const passed = Object.entries(env).filter(([name]) => !OWN_VARIABLES.test(name))
  return {
    words: Object.entries(env).flatMap(([name, value]) => [
      '--env',
      OWN_VARIABLES.test(name) ? `${name}=${value}` : name,
    ]),
    env: Object.fromEntries(passed),
  }
}
