import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { denoEnvironment } from './deno-environment.ts'
import { denoProgram } from './deno-program.ts'

type Launcher = { readonly env: Readonly<Record<string, string>>; readonly command: string }

/** Writes a program into a folder that starts `agent` from source on Bun, and gives its path. */
export function writeBunLauncher(projectDir: string, folder: string): string {
  return writeLauncher(projectDir, folder, { env: {}, command: `'${process.execPath}'` })
}

/** The same on Deno, which keeps what it compiles in the folder too. */
export function writeDenoLauncher(projectDir: string, folder: string): string {
  const command = `'${denoProgram(projectDir)}' run --allow-all --no-lock`
  return writeLauncher(projectDir, folder, { env: denoEnvironment(join(folder, 'deno')), command })
}

function writeLauncher(projectDir: string, folder: string, { env, command }: Launcher): string {
  const path = join(folder, 'agent')
  const settings = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`)
  const main = join(projectDir, 'src', 'main.ts')
  writeFileSync(path, `#!/bin/sh\n${settings.join('')}exec ${command} '${main}' "$@"\n`)
  chmodSync(path, 0o755)
  return path
}
