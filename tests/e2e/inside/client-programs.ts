import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { chromiumProgram } from '../../engine/chromium-program.ts'
import type { ClientPaths } from './inside-clients.ts'

/** Programs of this machine as they are seen in a container of its own Debian. */
export type ClientPrograms = { readonly paths: ClientPaths; readonly mounts: readonly string[] }

const NODE = '/clients/node'
const BUN = '/clients/bun'

/** The programs, or why they cannot be had inside. */
export async function clientPrograms(): Promise<ClientPrograms | string> {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  if (!release.includes('VERSION_CODENAME=bookworm'))
    return "this machine's programs do not run in debian:bookworm-slim"
  const missing = ['/usr/bin/curl', '/usr/bin/python3'].filter((path) => !existsSync(path))
  const node = Bun.which('node')
  if (node === null || missing.length > 0)
    return `there is no ${node === null ? 'node' : missing.join(', ')} to try inside`
  const chromium = await chromiumProgram(process.env)
  if (chromium === undefined) return 'there is no chromium to try inside'
  const { root } = chromium
  return {
    paths: {
      node: NODE,
      bun: BUN,
      chromium: [
        ...Object.entries(chromium.env).map(([name, value]) => `env ${name}=${value}`),
        // The package's start script reads files below /etc, which are not there.
        root === undefined ? '/usr/lib/chromium/chromium' : chromium.path,
      ].join(' '),
    },
    mounts: [
      ...['/usr/bin', '/usr/lib', '/usr/share'].map((path) => `${path}:${path}:ro`),
      ...(existsSync('/etc/fonts') ? ['/etc/fonts:/etc/fonts:ro'] : []),
      ...(root === undefined ? [] : [`${root}:${root}:ro`]),
      `${realpathSync(node)}:${NODE}:ro`,
      `${realpathSync(process.execPath)}:${BUN}:ro`,
    ],
  }
}
