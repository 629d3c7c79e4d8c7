import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testEngine } from '../engine/test-engine.ts'

export type User = { uid: number; gid: number }

/** An id that has no account here, which is all a run needs. */
export const ORDINARY_UID = 58_232

/** Somebody who may use the engine of this test run, by the group of its socket. */
export function engineUser(): User {
  const path = /^unix:\/\/(.*)$/.exec(testEngine().dockerHost)?.[1]
  return { uid: ORDINARY_UID, gid: path === undefined ? ORDINARY_UID : statSync(path).gid }
}

/** The program of this test run, started as another user; needs root. */
export class ProgramAsUser implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'agent-wrapper-'))
  readonly file = join(this.#folder, 'agent')

  /** `groups`: further ones of the user. */
  constructor({ uid, gid, groups = [] }: User & { groups?: readonly number[] }) {
    const binary = process.env['AGENT_TEST_BINARY']
    if (binary === undefined) throw new Error('AGENT_TEST_BINARY is not set')
    const others = groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`
    const become = `setpriv --reuid=${uid} --regid=${gid} ${others}`
    writeFileSync(this.file, `#!/bin/sh\nexec ${become} -- '${binary}' "$@"\n`)
    chmodSync(this.#folder, 0o755)
    chmodSync(this.file, 0o755)
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Makes a user the owner of a folder and of everything in it. */
export function giveTo({ uid, gid }: User, folder: string): void {
  for (const path of everythingIn(folder)) chownSync(path, uid, gid)
}

/** The folder, and every path in it. */
export function everythingIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return [folder, ...entries.map((entry) => join(folder, entry))]
}
