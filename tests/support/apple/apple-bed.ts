import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppleRuntime } from '../../../src/apple/apple-runtime.ts'
import { connectApple } from '../../../src/apple/connect-apple.ts'

/** Versions of `container` whose sources the stand-in follows. */
export const APPLE_VERSIONS = ['0.9.0', '1.2.2'] as const

/** Writes an executable that behaves as `container` of this version does, with a state folder beside it. */
function fakeContainerProgram(folder: string, version: string): string {
  const path = join(folder, 'container')
  const main = join(import.meta.dirname, 'programs/container-program.ts')
  const words = [process.execPath, main, join(folder, 'state'), version].map((it) => `'${it}'`)
  writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
  chmodSync(path, 0o755)
  return path
}

/** A runtime on a stand-in of this version; disposing of it removes all that it has made. */
export class AppleBed implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'agent-apple-'))
  readonly runtime: AppleRuntime

  constructor(version: string) {
    const binary = process.env['AGENT_TEST_BINARY']
    this.runtime = connectApple({
      root: join(this.folder, 'containers'),
      program: fakeContainerProgram(this.folder, version),
      env: process.env,
      uid: process.geteuid?.() ?? -1,
      arch: process.arch,
      selfCommand:
        binary === undefined
          ? [process.execPath, join(import.meta.dirname, '../../../src/main.ts')]
          : [binary],
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of await this.runtime.list({})) await this.runtime.remove(id)
    rmSync(this.folder, { recursive: true, force: true })
  }
}
