import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ContainerLabels } from '../runtime/labels.ts'

/** An image without a single file, made on the spot: nobody else's code runs with these rights. */
export const EMPTY_IMAGE = { repository: 'agentops-empty', tag: '1' } as const

/** Where an empty image finds our program. */
const PROGRAM = '/agent'

/** What a dynamically linked program of this machine may need to start; of these, what there is. */
const SYSTEM_FOLDERS = ['/usr', '/lib', '/lib64', '/nix/store', '/gnu/store']

/**
 * The body of `POST /containers/create` for our own program, for a moment, with the right to change the network rules of
 * the engine's machine: in its network, with NET_ADMIN and nothing else, from this machine's system folders, read-only.
 *
 * @param command how this program is started here
 */
export function guardContainerBody(options: {
  command: readonly string[]
  words: readonly string[]
  labels: ContainerLabels
}): object {
  const { command, words, labels } = options
  const [program = '', ...script] = command
  const mounts = [
    { source: program, target: PROGRAM },
    ...SYSTEM_FOLDERS.filter((path) => existsSync(path)).map(mountedAsItIs),
    // Not compiled: the script and what it imports.
    ...script.map((path) => mountedAsItIs(dirname(dirname(path)))),
  ]
  return {
    Image: `${EMPTY_IMAGE.repository}:${EMPTY_IMAGE.tag}`,
    Entrypoint: [PROGRAM],
    Cmd: [...script, ...words],
    Env: ['HOME=/'],
    WorkingDir: '/',
    User: '0:0',
    Labels: labels,
    HostConfig: {
      NetworkMode: 'host',
      UsernsMode: 'host',
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN'],
      SecurityOpt: ['no-new-privileges', 'label=disable'],
      ReadonlyRootfs: true,
      // Whatever the default is: gVisor has no netfilter of the machine.
      Runtime: 'runc',
      LogConfig: { Type: 'local' },
      Mounts: mounts.map(({ source, target }) => ({
        Type: 'bind',
        Source: source,
        Target: target,
        ReadOnly: true,
      })),
    },
  }
}

function mountedAsItIs(path: string): { source: string; target: string } {
  return { source: path, target: path }
}
