import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { isWithin } from '../config/mount.ts'
import type { MountSpec } from '../runtime/container-spec.ts'
import type { Environment } from '../platform/host.ts'

/** By these variables programs find certificate authorities of their own, as a company's proxy needs them. */
const CA_VARIABLES = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
]

/**
 * The caller's certificate authorities, for a run that uses this machine's programs: the variables, and what they
 * name where a run would not see it.
 *
 * @param shown folders that every run sees
 */
export function caFiles(
  env: Environment,
  shown: readonly string[],
): { env: Record<string, string>; mounts: MountSpec[] } {
  const found = CA_VARIABLES.flatMap((name) => {
    const path = env[name] ?? ''
    return isAbsolute(path) && existsSync(path) ? [{ name, path }] : []
  })
  const hidden = new Set(
    found.map(({ path }) => path).filter((path) => !shown.some((folder) => isWithin(path, folder))),
  )
  return {
    env: Object.fromEntries(found.map(({ name, path }) => [name, path])),
    mounts: [...hidden].sort().map((path) => ({ source: path, target: path, readonly: true })),
  }
}
