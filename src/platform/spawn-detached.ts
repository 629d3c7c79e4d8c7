import { spawn } from 'node:child_process'
import { LineDecoder } from '../lib/line-decoder.ts'
import { leaveRunning } from './leave-running.ts'

/** A program that was started and goes on without this one. */
export type DetachedProcess = {
  /** -1 when it could not be started. */
  pid: number
  /**
   * What it writes to stdout first; undefined when it ended, or took longer than the limit, without a line. Rejects
   * with the system's error when it could not be started.
   */
  firstLine: Promise<string | undefined>
}

/**
 * Starts a program that outlives this one, in its own session and in `/`. `held` is an open file that it inherits as
 * descriptor 3.
 */
export function spawnDetached(
  command: readonly string[],
  options: {
    env: Record<string, string>
    stderr: number | 'ignore'
    held?: number
    limitMs: number
  },
): DetachedProcess {
  const { env, stderr, held, limitMs } = options
  const [program = '', ...parameters] = command
  const child = spawn(program, parameters, {
    cwd: '/',
    env,
    detached: true,
    stdio: ['ignore', 'pipe', stderr, ...(held === undefined ? [] : [held])],
  })
  const lines = new LineDecoder()
  const firstLine = new Promise<string | undefined>((resolve, reject) => {
    const finish = (line: string | undefined): void => {
      clearTimeout(limit)
      child.stdout?.destroy()
      leaveRunning(child)
      resolve(line)
    }
    const limit = setTimeout(() => finish(undefined), limitMs)
    child.once('error', (error) => {
      clearTimeout(limit)
      reject(error)
    })
    // Not 'exit': what it wrote at the end may still be on its way.
    child.once('close', () => finish(undefined))
    child.stdout?.on('data', (bytes: Buffer) => {
      const [line] = lines.push(bytes)
      if (line !== undefined) finish(line)
    })
  })
  return { pid: child.pid ?? -1, firstLine }
}

/** Starts a program that outlives this one, and does not look after it. */
export function spawnUnwatched(
  command: readonly string[],
  options: { env: Record<string, string> },
): void {
  const [program = '', ...parameters] = command
  const child = spawn(program, parameters, {
    cwd: '/',
    env: options.env,
    detached: true,
    stdio: 'ignore',
  })
  child.on('error', () => undefined)
  leaveRunning(child)
}
