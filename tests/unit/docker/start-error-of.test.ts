import { expect, test } from 'bun:test'

import { EngineError } from '../../../src/docker/engine-error.ts'
import { createErrorOf, startErrorOf } from '../../../src/docker/start-error-of.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { ContainerUnavailableError } from '../../../src/runtime/container-unavailable-error.ts'
import { StartError } from '../../../src/runtime/start-error.ts'
import { plainSpec } from '../../contract/runtime/plain-spec.ts'

const init = 'OCI runtime create failed: runc create failed: unable to start container process: '
/** What each version puts before, as recorded from 20.10.24, 26.1.5 and 28.5.2; 28 leaves out `: unknown`. */
const wrappers = [
  {
    version: '20.10',
    wrap: (text: string) => `failed to create shim task: ${init}${text}: unknown`,
  },
  {
    version: '26',
    wrap: (text: string) =>
      `failed to create task for container: failed to create shim task: ${init}${text}: unknown`,
  },
  {
    version: '28',
    wrap: (text: string) =>
      `failed to create task for container: failed to create shim task: ${init}${text}`,
  },
]

const inRuntime: [string, number, string][] = [
  [
    'exec: "nope": executable file not found in $PATH',
    127,
    'the command "nope" was not found in the image',
  ],
  [
    'exec: "/nope": stat /nope: no such file or directory',
    127,
    'the command "/nope" was not found in the image',
  ],
  ['exec: "/etc/passwd": permission denied', 126, 'the command "/etc/passwd" may not be executed'],
  [
    'exec: "/tmp": is a directory: permission denied',
    126,
    'the command "/tmp" may not be executed',
  ],
  [
    'exec /bin/x: exec format error',
    126,
    'the command "/bin/x" is not a program of this machine\'s kind',
  ],
  [
    'error during container init: mkdir /proc/xx: no such file or directory',
    125,
    'the working directory /proc/xx cannot be made',
  ],
  [
    'error during container init: error mounting "/etc/hostname" to rootfs at "/tmp": mount /etc/hostname:/tmp (via /proc/self/fd/6), flags: 0x5000: not a directory',
    125,
    'the mount of /etc/hostname puts a folder onto a file, or a file onto a folder',
  ],
]

const inEngine: [string, string][] = [
  [
    'unable to find user nobodyx: no matching entries in passwd file',
    'the image has no user or group "nobodyx"',
  ],
  [
    'unable to find group gggg: no matching entries in group file',
    'the image has no user or group "gggg"',
  ],
  ['network nonesuchnet not found', 'the engine has no network "nonesuchnet" (any more)'],
  [
    'failed to set up container networking: network nonesuchnet not found',
    'the engine has no network "nonesuchnet" (any more)',
  ],
  [
    'driver failed programming external connectivity on endpoint musing_perlman (fa2d3e): Error starting userland proxy: listen tcp4 127.0.0.1:5000: bind: address already in use',
    'the port 127.0.0.1:5000 is taken by another program',
  ],
  [
    'failed to set up container networking: driver failed programming external connectivity on endpoint brave_albattani (c0bb53): failed to bind host port for 127.0.0.1:5000:10.200.0.2:80/tcp: address already in use',
    'the port 127.0.0.1:5000 is taken by another program',
  ],
  [
    '/var/lib/docker/runtimes/runsc.F4DBRF==== did not terminate successfully: exit status 137: unknown',
    'the container was killed while it started, as when its memory is not enough',
  ],
  ['something: entirely: new: unknown', 'the container could not be started: entirely: new'],
]

function answer(status: number, reason: string): EngineError {
  return new EngineError({ method: 'POST', path: '/containers/x/start', status, reason })
}

function startError(reason: string): StartError {
  const error = startErrorOf(containerId('x'), answer(400, reason))
  if (!(error instanceof StartError)) throw new Error('not a StartError', { cause: error })
  return error
}

for (const { version, wrap } of wrappers) {
  for (const [text, exitCode, what] of inRuntime) {
    test(`Docker ${version}: ${text.slice(0, 60)}`, () => {
      const error = startError(wrap(text))
      expect([error.exitCode, error.message]).toEqual([exitCode, what])
    })
  }
}

for (const [reason, what] of inEngine) {
  test(reason.slice(0, 80), () => {
    const error = startError(reason)
    expect([error.exitCode, error.message]).toEqual([125, what])
  })
}

const inCreate: [number, string, string][] = [
  [404, 'No such image: nonesuch:1', 'the image nonesuch:1 is not here'],
  [400, 'Unknown runtime specified nonesuch', 'the engine has no runtime "nonesuch" (any more)'],
  [
    400,
    'unknown or invalid runtime name: nonesuch',
    'the engine has no runtime "nonesuch" (any more)',
  ],
  [
    400,
    'invalid mount config for type "bind": bind source path does not exist: /nope/x',
    "the mount's source /nope/x does not exist",
  ],
  [400, 'Duplicate mount point: /x', 'two mounts have the target /x'],
  [
    400,
    "the working directory 'rel' is invalid, it needs to be an absolute path",
    'the working directory rel cannot be made',
  ],
  [
    500,
    'Cannot mkdir: /etc/passwd is not a directory',
    'the working directory /etc/passwd cannot be made',
  ],
  [
    409,
    'Conflict. The container name "/taken" is already in use by container "abc". You have to remove (or rename) that container to be able to reuse that name.',
    'there is a container named "taken" already',
  ],
]

for (const [status, reason, what] of inCreate) {
  test(`create: ${reason.slice(0, 60)}`, () => {
    const spec = { ...plainSpec, name: 'taken', image: 'nonesuch:1' }
    expect(createErrorOf(spec, answer(status, reason)).message).toBe(what)
  })
}

test('a container that is gone is not a start that failed', () => {
  const error = startErrorOf(containerId('x'), answer(404, 'No such container: x'))
  expect(error).toBeInstanceOf(ContainerUnavailableError)
})
