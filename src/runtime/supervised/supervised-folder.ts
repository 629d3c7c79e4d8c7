import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../../lib/errors.ts'
import { type Flock, isFlocked } from '../../platform/flock.ts'
import type { ContainerPhase } from '../container-state.ts'
import {
  decodeExit,
  decodeOwner,
  decodeStart,
  type ExitRecord,
  type OwnerRecord,
  type StartRecord,
} from './supervision-records.ts'

/**
 * The files of one container that a process of ours supervises. What is true of it follows from them: a lock that
 * the supervising process holds says that it runs, so no crash can leave a wrong word behind.
 */
export class SupervisedFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Makes the folder, of a container that has not begun. */
  make(): void {
    mkdirSync(this.path, { mode: 0o700 })
    mkdirSync(this.waiting, { mode: 0o700 })
    writeFileSync(this.lock, '', { mode: 0o600 })
  }

  /** Held by the supervising process for its life. */
  get lock(): string {
    return join(this.path, 'lock')
  }

  /** Where that process takes orders. */
  get socket(): string {
    return join(this.path, 'in.sock')
  }

  /** Sockets of those who wait for the start, to be called back. */
  get waiting(): string {
    return join(this.path, 'waiting')
  }

  /** Output, in frames. */
  get log(): string {
    return join(this.path, 'log')
  }

  /** What the programs in between complained about. */
  get complaints(): string {
    return join(this.path, 'complaints')
  }

  start(): StartRecord | undefined {
    return this.read('start.json', decodeStart)
  }

  exit(): ExitRecord | undefined {
    return this.read('exit.json', decodeExit)
  }

  owner(): OwnerRecord | undefined {
    return this.read('owner.json', decodeOwner)
  }

  writeStart(start: StartRecord): void {
    this.write('start.json', start)
  }

  writeExit(exit: ExitRecord): void {
    this.write('exit.json', exit)
  }

  writeOwner(owner: OwnerRecord): void {
    this.write('owner.json', owner)
  }

  /** Its phase, and how it ended once it has. */
  condition(flock: Flock): { phase: ContainerPhase; exit?: ExitRecord } {
    const started = this.start()
    if (started === undefined) return { phase: 'created' }
    const known = this.exit()
    if (known !== undefined) return { phase: 'exited', exit: known }
    if (isFlocked(flock, this.lock)) return { phase: 'running' }
    // The lock is given back after the last word was written, so what is not there now never comes.
    const last = this.exit()
    return { phase: 'exited', exit: last ?? { ...KILLED, finishedAtMs: started.startedAtMs } }
  }

  /** Whether the supervising process, or one that starts it, lives. */
  isSupervised(flock: Flock): boolean {
    return isFlocked(flock, this.lock)
  }

  protected read<T>(name: string, decode: (json: string) => T): T | undefined {
    try {
      return decode(readFileSync(join(this.path, name), 'utf8'))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** In one step: a reader sees all of it or nothing. */
  protected write(name: string, value: object): void {
    const path = join(this.path, name)
    writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
}

/** Nobody was left to say how it ended. */
const KILLED = { exitCode: 137, error: 'its supervising process was killed' } as const
