import { systemClock } from '../platform/clock.ts'
import { openFlock } from '../platform/flock.ts'
import type { Environment } from '../platform/host.ts'
import { systemProcessTable } from '../platform/process-identity.ts'
import { folderEndpoint } from '../runtime/supervised/folder-endpoint.ts'
import { AppleCommand } from './apple-command.ts'
import { AppleRuntime } from './apple-runtime.ts'
import { AppleStore } from './apple-store.ts'

/** The runtime of Apple's `container`, with what we keep of its containers in this folder. */
export function connectApple(options: {
  root: string
  program: string
  env: Environment
  uid: number
  /** Of this machine, as Node names it. */
  arch: string
  selfCommand: readonly string[]
}): AppleRuntime {
  const { root, program, env, uid, arch, selfCommand } = options
  return new AppleRuntime({
    store: new AppleStore(root, { uid, clock: systemClock }),
    command: new AppleCommand({ program, env, endpoint: folderEndpoint('apple', root) }),
    architecture: arch === 'x64' ? 'amd64' : arch,
    selfCommand,
    flock: openFlock(),
    clock: systemClock,
    processes: systemProcessTable(),
  })
}
