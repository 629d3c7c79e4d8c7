import { join } from 'node:path'

/**
 * Deno itself, as `npm install` brings it along for this machine (glibc, on Linux). Not `node_modules/.bin/deno`, which
 * starts Node first, and writes into `node_modules`.
 */
export function denoProgram(projectDir: string): string {
  const libc = process.platform === 'linux' ? '-glibc' : ''
  const name = `${process.platform}-${process.arch}${libc}`
  return join(projectDir, 'node_modules', '@deno', name, 'deno')
}
