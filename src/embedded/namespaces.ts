import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { errorCode } from '../lib/errors.ts'
import { UnavailableError } from '../runtime/unavailable-error.ts'
import { CHAIN_ENV } from './sandbox-scripts.ts'

/** The outer command: network, mounts and processes of its own, and a user namespace that permits it. */
export const OUTER: readonly string[] =
  'unshare --user --map-root-user --net --mount --propagation slave --pid --fork --kill-child --mount-proc --'.split(
    ' ',
  )

const PROBE_LIMIT_MS = 5000

/** Makes the namespaces once, for nothing. Throws an `UnavailableError` with the remedy when that fails. */
export async function probeNamespaces(endpoint: string, signal?: AbortSignal): Promise<void> {
  const failure = await outcomeOf([...OUTER, 'true'], signal)
  if (failure === undefined) return
  signal?.throwIfAborted()
  throw explain(failure, endpoint, readSetting)
}

type Failure = { missing: boolean; text: string }

function outcomeOf(
  [program = '', ...parameters]: readonly string[],
  signal?: AbortSignal,
): Promise<Failure | undefined> {
  const options = {
    env: { ...CHAIN_ENV, LC_ALL: 'C' },
    cwd: '/',
    timeout: PROBE_LIMIT_MS,
    ...(signal === undefined ? {} : { signal }),
  }
  return new Promise((resolve) => {
    execFile(program, parameters, options, (error, _stdout, stderr) => {
      if (error === null) resolve(undefined)
      else resolve({ missing: errorCode(error) === 'ENOENT', text: stderr.trim() })
    })
  })
}

/** A kernel setting below /proc/sys, trimmed; undefined where the kernel has none of that name. */
function readSetting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return undefined
  }
}

const DOCKER = 'install Docker Engine, which needs none of this'

/** What a failed attempt to make namespaces means, from the words of util-linux and the kernel's settings. */
export function explain(
  { missing, text }: Failure,
  endpoint: string,
  setting: (name: string) => string | undefined,
): UnavailableError {
  const unavailable = (what: string, fix: readonly string[]): UnavailableError =>
    new UnavailableError(`embedded runtime: ${what}`, { reason: 'denied', endpoint, fix })
  if (missing)
    return unavailable('the program unshare is not installed', ['install util-linux', DOCKER])
  if (/unrecognized option|invalid option/.test(text))
    return unavailable('the program unshare is not that of util-linux, or too old', [
      'install util-linux 2.36 or newer (BusyBox has no --kill-child)',
      DOCKER,
    ])
  if (/No space left on device/.test(text) || setting('user/max_user_namespaces') === '0')
    return unavailable('user namespaces are switched off', [
      'sudo sysctl -w user.max_user_namespaces=15000',
      DOCKER,
    ])
  if (/fork failed: Resource temporarily unavailable/.test(text))
    return unavailable('this user may not have more processes', ['ulimit -u unlimited', DOCKER])
  if (/mount \/proc failed/.test(text))
    return unavailable('this container hides parts of /proc, so no new one can be made', [
      'start this container with --security-opt systempaths=unconfined --security-opt seccomp=unconfined',
      'use the engine of the host: bind its socket to /var/run/docker.sock',
    ])
  if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1')
    return unavailable('AppArmor keeps user namespaces from ordinary users', [
      'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
      'run it as root',
      DOCKER,
    ])
  if (setting('kernel/unprivileged_userns_clone') === '0')
    return unavailable('the kernel keeps user namespaces from ordinary users', [
      'sudo sysctl -w kernel.unprivileged_userns_clone=1',
      DOCKER,
    ])
  if (/Operation not permitted/.test(text))
    return unavailable('namespaces are forbidden here, as by the defaults of a container', [
      'start this container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined',
      DOCKER,
    ])
  return unavailable(`namespaces cannot be made: ${text || 'no reason was given'}`, [DOCKER])
}
