import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { denoEnvironment } from './deno-environment.ts'
import { denoProgram } from './deno-program.ts'

/** Writes a program into a folder that starts `agent` from source on Deno, and gives its path. What Deno writes goes there too. */
export function writeDenoLauncher(projectDir: string, folder: string): string {
  const launcher = join(folder, 'agent')
  const settings = Object.entries(denoEnvironment(join(folder, 'deno')))
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('')
  const run = `'${denoProgram(projectDir)}' run --allow-all --no-lock`
  writeFileSync(
    launcher,
    `#!/bin/sh\n${settings}exec ${run} '${join(projectDir, 'src', 'main.ts')}' "$@"\n`,
  )
  chmodSync(launcher, 0o755)
  return launcher
}
