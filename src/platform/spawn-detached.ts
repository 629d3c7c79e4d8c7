import { spawn } from 'node:child_process'
import { LineDecoder } from '../lib/line-decoder.ts'
import { leaveRunning } from './leave-running.ts'

/**
 * Starts a program that outlives this one, in its own session and in `/`, and returns the first line it
 * writes to stdout; undefined when it ended, or took longer than `limitMs`, without one.
 */
export function spawnDetached(
  command: readonly string[],
  options: { env: Record<string, string>; stderr: number | 'ignore'; limitMs: number },
): Promise<string | undefined> {
  const [program = '', ...parameters] = command
  const child = spawn(program, parameters, {
    cwd: '/',
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', options.stderr],
  })
  const lines = new LineDecoder()
  return new Promise((resolve, reject) => {
    const finish = (line: string | undefined): void => {
      clearTimeout(limit)
      child.stdout?.destroy()
      leaveRunning(child)
      resolve(line)
    }
    const limit = setTimeout(() => finish(undefined), options.limitMs)
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
